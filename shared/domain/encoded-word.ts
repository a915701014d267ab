/**
 * User metadata as it was put: what is no ASCII S3 gives back in encoded words (RFC 2047; documented, seen: `=?UTF-8?B?..?=`
 * and `=?UTF-8?Q?..?=`, several with blanks between where the text is long). Own code: the libraries for it bring tables of
 * every charset along, and S3 writes UTF-8 alone. What is no such word stays as it is.
 */
export const decodeWords = (text: string): string =>
  text.replace(/(\?=)\s+(?==\?utf-8\?[bq]\?)/gi, '$1').replace(/((?:=\?utf-8\?[bq]\?[^?\s]*\?=)+)/gi, (words) => {
    // A sign of several bytes may be split between two words, so the bytes are put together first.
    const parts = [...words.matchAll(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi)];
    return Buffer.concat(parts.map(([, how = '', what = '']) => bytesOf(how, what))).toString('utf8');
  });

const bytesOf = (how: string, what: string): Buffer =>
  how.toLowerCase() === 'b'
    ? Buffer.from(what, 'base64')
    : Buffer.from(
        what
          .replaceAll('_', ' ')
          .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      );
