import { S3Error } from './error.ts';

/** S3's limit on the names without their prefix plus the values. Bytes. */
const MAX_METADATA_BYTES = 2048;

const PREFIX = 'x-amz-meta-';

/**
 * Reads user metadata from headers or form fields. S3 returns non-ASCII text encoded (RFC 2047), which a caller would notice only
 * in production, so it is refused here.
 */
export const readMetadata = (fields: Iterable<[string, unknown]>): Record<string, string> => {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [field, value] of fields) {
    if (!field.startsWith(PREFIX) || typeof value !== 'string') continue;
    const name = field.slice(PREFIX.length);
    if (!/^[\x20-\x7e\t]*$/.test(name + value))
      throw new S3Error(400, 'InvalidArgument', 'The local S3 takes user metadata in ASCII only.');
    metadata[name] = value;
    bytes += name.length + value.length;
  }
  if (bytes > MAX_METADATA_BYTES)
    throw new S3Error(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.');
  return metadata;
};
