/**
 * User metadata as it was put. S3 returns text that is not ASCII as encoded words (RFC 2047; documented, seen:
 * `=?UTF-8?B?..?=` and `=?UTF-8?Q?..?=`, several with blanks between them for a long text). Own code: the libraries contain
 * tables of every charset, and S3 writes only UTF-8. Any other text stays unchanged.
 */
export const decodeWords = (text: string): string =>
  text.replace(/(\?=)\s+(?==\?utf-8\?[bq]\?)/gi, '$1').replace(/((?:=\?utf-8\?[bq]\?[^?\s]*\?=)+)/gi, (encoded) => {
    // A character of several bytes may be split between two encoded words, so the bytes are joined first.
    const parts = [...encoded.matchAll(/=\?utf-8\?([bq])\?([^?\s]*)\?=/gi)];
    return Buffer.concat(parts.map(([, encoding = '', text = '']) => bytesOf(encoding, text))).toString('utf8');
  });

const bytesOf = (encoding: string, text: string): Buffer =>
  encoding.toLowerCase() === 'b'
    ? Buffer.from(text, 'base64')
    : Buffer.from(
        text
          .replaceAll('_', ' ')
          .replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      );
