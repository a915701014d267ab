import type { components } from '../../package/api-types.ts';

type Schemas = components['schemas'];

export type View = Schemas['CaptureView'];

type Opened = Schemas['CaptureSession'];

export type Form = Schemas['UploadForm'];

export type TextRef = NonNullable<View['texts']>[number];

export type NextStep = NonNullable<View['nextStep']>;

/** The link or its session is not valid. All its causes have one answer. */
export class NotValidError extends Error {}

/** A call that the API refused, with the code of its problem document. `isFinal`: a repeat gets the same answer. */
export class RefusedError extends Error {
  readonly isFinal: boolean;

  constructor(status: number, code: string) {
    super(code);
    this.isFinal = status < 500 && status !== 429;
  }
}

/** How far the clock of the server is ahead of the one of this device, as the last answer said. Milliseconds. */
let clockAheadMs = 0;

/** The time that limits such as `recordBefore` are compared with. A phone may be minutes off. */
export const serverNow = (): number => Date.now() + clockAheadMs;

type Call = { session?: string; language: string; body?: unknown };

const call = async <Answer>(method: string, path: string, { session, language, body }: Call): Promise<Answer> => {
  const headers: Record<string, string> = { 'accept-language': language };
  if (session) headers.authorization = `Bearer ${session}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(`../api/capture${path}`, {
    method,
    headers,
    cache: 'no-store',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const at = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(at)) clockAheadMs = at - Date.now();
  if (answer.ok) return answer.json() as Promise<Answer>;
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
  if (code === 'capture_link_invalid') throw new NotValidError(code);
  throw new RefusedError(answer.status, code ?? String(answer.status));
};

export const openLink = (token: string, language: string) =>
  call<Opened>('POST', '/sessions', { language, body: { token } });

export const readView = (session: string, language: string) => call<View>('GET', '', { session, language });

export const agree = (session: string, language: string, text: TextRef) => {
  const { country, textVersion, textSha256 } = text;
  const body = { country, language: text.language, textVersion, textSha256 };
  return call<View>('POST', '/consent', { session, language, body });
};

export const takeOtherWay = (session: string, language: string) =>
  call<View>('POST', '/alternative', { session, language });

export const giveForm = (session: string, language: string, type: string) =>
  call<Form>('POST', '/upload', { session, language, body: { type } });
