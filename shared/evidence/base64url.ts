export const encode = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');

/**
 * Decodes base64url without padding (RFC 7515, section 2). `Buffer` ignores foreign characters and unused bits at the end, so that two
 * texts would mean the same; here each content has one text.
 * @returns undefined for a text that `encode` does not write
 */
export const decode = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length > 0 && bytes.toString('base64url') === text ? bytes : undefined;
};

/** @returns undefined for a text that is not base64url of JSON in UTF-8 */
export const decodeJson = (text: string): unknown => {
  const bytes = decode(text);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
};
