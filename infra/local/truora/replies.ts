/** An answer of the sandbox, or no answer. */
export type Reply = { status: number; headers?: Record<string, string>; body: string };

export type Silence = 'hang' | 'reset';

export const json = (status: number, body: object, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Truora's error envelope: `code` is 10 and the status in the one sample there is. */
export const envelope = (status: number, message: string, headers: Record<string, string> = {}): Reply =>
  json(status, { code: 10_000 + status, http_code: status, message }, headers);

/** An answer of Truora's gateway (seen): only a message. */
export const gateway = (status: number, message: string): Reply => json(status, { message });

/** The file store behind upload links answers in XML. */
export const storeError = (status: number, code: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

export const nothing = (status: number): Reply => ({ status, body: '' });
