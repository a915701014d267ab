import { checkConsent } from '../shared/consent/check.ts';
import { ONE_OF_BOTH, presentRevalidation, StartBody, TicketBody } from '../shared/domain/api.ts';
import { CaptureBody, textsFor } from '../shared/domain/capture.ts';
import { defined } from '../shared/domain/defined.ts';
import { RequestInvalidError } from '../shared/domain/errors.ts';
import { refuseNationalIds } from '../shared/domain/national-ids.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { applyPolicy } from '../shared/domain/policy.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { IdempotencyKeyHeader } from '../shared/domain/request.ts';
import { refuseSpeech } from '../shared/domain/request-details.ts';
import { callerOf, refuseOthers, refuseOthersMedia } from '../shared/lambda/caller.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { viewFor } from '../shared/lambda/reader.ts';
import { answerJson, jsonOf, type RouteInput, retryAfter, route } from '../shared/lambda/route.ts';
import { type StartCall, type StartSettings, start } from '../shared/logic/start.ts';

/**
 * `POST /revalidations`, called by systems that know the person. Checks the call and promises a re-validation: with a form to upload
 * with, where the upload itself is the drop, or by starting the machine on media that is in the bucket. The promise is in the ledger
 * before the form is signed or the machine started. It claims nothing and pays for nothing.
 */
export const handler = route('StartRevalidation', async (input) => {
  const call = readCall(input);
  if (env('CONSENT_MODE') === 'receipt' && call.body.userAuthorized) await checkConsent(env('TABLE_NAME'), call.body);
  const { record, ticket, isRepeat, upload, captureUrl } = await start(settings(), call);
  const found = presentRevalidation(record, ticket);
  if (!found) throw new TypeError('a started case has a record or a ticket');
  log('info', 'done', { step: 'StartRevalidation', revalidationId: found.revalidationId });
  const view = viewFor(input.event);
  const headers = { location: `/revalidations/${found.revalidationId}`, ...retryAfter(found), ...view.headers };
  const shown = view.show({ ...found, ...(isRepeat ? { isRepeat } : {}) });
  return answerJson(record ? 200 : 202, defined({ ...shown, upload, captureUrl }), headers);
});

const settings = (): StartSettings => ({
  ledger: ledgerFromEnv(),
  mediaBucket: env('MEDIA_BUCKET'),
  machineArn: env('MACHINE_ARN'),
  policies: env('POLICIES'),
  mediaLimits: mediaLimitsFromEnv(),
  retries: retryRulesFromEnv(),
  captureUrl: env('CAPTURE_URL'),
});

/** Reads the call and checks everything that needs no read of the ledger or the media. */
const readCall = (input: RouteInput): StartCall => {
  const caller = callerOf(input.event, env('ACCOUNT_CLAIM'));
  const json = jsonOf(input);
  const body = bodyIn(json);
  const header = input.event.headers['idempotency-key'];
  const key = parseOrRefuse(IdempotencyKeyHeader, header, 'Idempotency-Key');
  refuseOthers(caller, body.accountId);
  if ('media' in body) refuseOthersMedia(caller, body.media.key);
  refuseNationalIds(body, { allowNationalIds: env('ALLOW_NATIONAL_IDS') });
  if ('capture' in body) refuseWithoutPage(body);
  if (!('capture' in body) || body.capture !== 'live') refuseSpeech(body.options ?? {});
  applyPolicy(body, env('POLICIES'));
  const isForced = 'forceNew' in body && body.forceNew !== undefined;
  if (isForced && !key) throw keyless();
  const maxAgeSeconds = 'maxAgeSeconds' in body ? body.maxAgeSeconds : undefined;
  return { body, key, calledBy: caller.calledBy, maxAgeSeconds, isForced };
};

const bodyIn = (json: unknown): StartCall['body'] => {
  if (typeof json === 'object' && json !== null && 'capture' in json) return parseOrRefuse(CaptureBody, json);
  return isForUpload(json) ? parseOrRefuse(TicketBody, json) : parseOrRefuse(StartBody, json);
};

/**
 * The page asks the person, and the person records there. A caller with a page of its own makes live captures without ours.
 * @throws RequestInvalidError, CallRefusedError `consent_text_unknown`
 */
const refuseWithoutPage = (body: CaptureBody): void => {
  const isOwn = body.capture === 'live' && body.userAuthorized;
  if (!isOwn && env('CAPTURE_URL') === undefined) {
    throw broken('capture', 'rule', 'this deployment has no capture page: set captureUrl, or upload with your own');
  }
  if (body.userAuthorized || textsFor(env('CONSENT_TEXTS'), body).length > 0) return;
  const detail = 'purpose, country: this deployment has no text of consent for them, so the person cannot be asked';
  throw new CallRefusedError('consent_text_unknown', detail);
};

/** @throws RequestInvalidError for a call that names both media and an upload */
const isForUpload = (json: unknown): boolean => {
  if (typeof json !== 'object' || json === null || !('upload' in json)) return false;
  if (!('media' in json)) return true;
  throw broken('media', 'rule', `both media and upload are given: ${ONE_OF_BOTH}`);
};

const keyless = () =>
  broken('Idempotency-Key', 'missing', 'is needed with forceNew: a call that is repeated would be paid for again');

const broken = (path: string, code: string, detail: string) =>
  new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code, detail }]);
