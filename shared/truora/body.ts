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

/** A web page, or XML. */
export const isMarkup = (body: string): boolean => body.trim().startsWith('<');

/** S3's codes for an upload that was not stored (documented), also where a proxy repeats them as plain text. */
const s3Codes = /AccessDenied|SignatureDoesNotMatch|EntityTooLarge/;

/** JSON fields of an error, without their capitals and underscores. Next to a status of success, the stated ones are no error. */
const errorFields = ['error', 'errors'];

const statedFields = ['message', 'code', 'errormessage', 'errorcode'];

/** An empty list or object says as little as an absent field. */
const isFilled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);

/**
 * Whether the body of a 2xx answer to an upload is an error: markup (S3's `<Error>`, a web page of a proxy), a code of S3, or JSON
 * with an error. The body of a success is empty (assumed), so any other body is accepted.
 */
export const isErrorBody = (body: string): boolean => {
  if (isMarkup(body) || s3Codes.test(body)) return true;
  const written = Object.entries(Object(readJson(body)) as Record<string, unknown>);
  const fields = new Map(written.map(([name, value]) => [name.toLowerCase().replaceAll('_', ''), value]));
  const status = Number(fields.get('httpcode'));
  if (status >= 400 || fields.get('success') === false || fields.get('ok') === false) return true;
  const names = status >= 200 && status < 300 ? errorFields : [...errorFields, ...statedFields];
  return names.some((name) => isFilled(fields.get(name)));
};
