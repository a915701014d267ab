import type { Answer, Call } from './call.ts';
import { escaped, notImplemented, S3Error } from './error.ts';

/** S3's own limits: objects in one call, and bytes of its body (a key of 1024 bytes can be three times as long in XML). */
const MOST_OBJECTS = 1000;

const MAX_BODY_BYTES = 8_000_000;

const malformed = () =>
  new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate against our schema.');

const signs: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes a text of XML. */
const unescaped = (text: string): string =>
  text.replace(/&(?:(\w+)|#(\d+)|#x([0-9a-f]+));/gi, (_, name, decimal, hex) =>
    name ? (signs[name] ?? '') : String.fromCodePoint(Number(decimal ?? `0x${hex}`)),
  );

const textOf = async (body: Call['body']): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw malformed();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const objectsIn = (xml: string): { key: string; versionId: string }[] => {
  const objects = [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => {
    const [, key] = /<Key>(.*?)<\/Key>/s.exec(object) ?? [];
    const [, versionId] = /<VersionId>(.*?)<\/VersionId>/s.exec(object) ?? [];
    if (!key) throw malformed();
    if (!versionId) throw notImplemented('DeleteObjects without a version');
    return { key: unescaped(key), versionId: unescaped(versionId) };
  });
  if (objects.length === 0 || objects.length > MOST_OBJECTS) throw malformed();
  return objects;
};

/**
 * DeleteObjects, for versions only. Each object is checked separately, and a refusal is part of the answer with status 200, as at
 * S3. A version that does not exist counts as deleted.
 * @param refusalOf why the caller may not delete this version; undefined when it may
 */
export const deleteObjects = async (
  { versions, bucket, headers, body }: Call,
  refusalOf: (key: string) => string | undefined,
): Promise<Answer> => {
  // S3 refuses a body without a checksum.
  if (!Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-\w+)$/.test(name)))
    throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5');
  const xml = await textOf(body);
  const isQuiet = /<Quiet>true<\/Quiet>/.test(xml);
  const results: string[] = [];
  for (const { key, versionId } of objectsIn(xml)) {
    const name = `<Key>${escaped(key)}</Key><VersionId>${escaped(versionId)}</VersionId>`;
    const refusal = refusalOf(key);
    if (refusal) {
      results.push(`<Error>${name}<Code>AccessDenied</Code><Message>${escaped(refusal)}</Message></Error>`);
      continue;
    }
    const version = versions.find(bucket, key, versionId);
    if (version) await versions.remove(bucket, key, version);
    if (!isQuiet) results.push(`<Deleted>${name}</Deleted>`);
  }
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${results.join('')}</DeleteResult>`;
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(text)) },
    text,
  };
};
