/**
 * A null or an empty text says as little as the field's absence, and must not decide a case that has been paid for. A
 * byte-order mark in front goes with the blanks.
 */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text.trim(), (name, value) => {
      // Under the name of a person's list, null is how some languages write a list of nothing.
      if (name === 'validations' && value === null) return [];
      return value === null || value === '' ? undefined : value;
    });
  } catch {
    return undefined;
  }
};

/**
 * Whether the body of a 2xx is an error after all: S3's `<Error>`, a web page of something between, or JSON with an error in
 * it. A success is empty as far as is known (assumed), so any other body is left alone.
 */
export const isErrorBody = (body: string): boolean => {
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)*<(!doctype\s+html|html|head|body|error|errorresponse)\b/i.test(body))
    return true;
  const { error, errors, http_code } = Object(readJson(body)) as Record<string, unknown>;
  return Boolean(error ?? errors) || Number(http_code) >= 400;
};
