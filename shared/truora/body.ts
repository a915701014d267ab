/**
 * Parses a JSON answer of Truora. A null or an empty text counts as an absent field, so that it cannot decide a charged case.
 * `trim` also removes a byte-order mark. @returns undefined for text that is no JSON
 */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text.trim(), (name, value) => {
      // Some languages write an empty list as null.
      if (name === 'validations' && value === null) return [];
      return value === null || value === '' ? undefined : value;
    });
  } catch {
    return undefined;
  }
};

/**
 * Whether the body of a 2xx answer is an error: S3's `<Error>`, a web page of a proxy, or JSON with an error. The body of a success
 * is empty (assumed), so any other body is accepted.
 */
export const isErrorBody = (body: string): boolean => {
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*<(!doctype\s+html|html|head|body|error|errorresponse)\b/i.test(body))
    return true;
  const { error, errors, http_code } = Object(readJson(body)) as Record<string, unknown>;
  return Boolean(error ?? errors) || Number(http_code) >= 400;
};
