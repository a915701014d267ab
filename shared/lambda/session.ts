import { type CaptureCase, caseOfSession, notValid, type ViewSettings, viewOf } from '../capture/case.ts';
import { ledgerFromEnv } from './clients.ts';
import { env } from './env.ts';
import { languageHeader, personIn } from './reader.ts';
import { answerJson, type RouteInput } from './route.ts';

/** A token as `ledger/capture-links.ts` makes it. */
const TOKEN = /^[\w-]{43}$/;

/**
 * A token in a body, which may be anything.
 * @throws CallRefusedError `capture_link_invalid`
 */
export const tokenIn = (token: string): string => {
  if (!TOKEN.test(token)) throw notValid();
  return token;
};

/**
 * The case of the session in the header `Authorization`. It is the only case that the call can be about.
 * @throws CallRefusedError `capture_link_invalid`
 */
export const captureCaseOf = ({ event }: RouteInput): Promise<CaptureCase> => {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(event.headers.authorization ?? '') ?? [];
  return caseOfSession(ledgerFromEnv(), tokenIn(token));
};

export const viewSettings = ({ event }: RouteInput): ViewSettings => ({
  policies: env('POLICIES'),
  texts: env('CONSENT_TEXTS'),
  reader: personIn(event),
});

/** The answer that shows a case on the capture page. @param more what only this answer has */
export const answerCapture = (input: RouteInput, of: CaptureCase, more: object = {}) => {
  const settings = viewSettings(input);
  return answerJson(200, { ...viewOf(of, settings), ...more }, languageHeader(settings.reader));
};
