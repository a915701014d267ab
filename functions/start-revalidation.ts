import { createHash } from 'node:crypto';
import { startExecution } from '../shared/aws/executions.ts';
import { fileAt, formFor, peekMedia } from '../shared/aws/media-store.ts';
import { ONE_OF_BOTH, presentRevalidation, StartBody, type Ticket, TicketBody } from '../shared/domain/api.ts';
import { claimIdOf } from '../shared/domain/case-id.ts';
import { defined } from '../shared/domain/defined.ts';
import { RequestInvalidError } from '../shared/domain/errors.ts';
import { newRevalidationId } from '../shared/domain/ids.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { acceptMedia, refuseStillPhoto } from '../shared/domain/media.ts';
import { checkMedia } from '../shared/domain/media-check.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { applyPolicy } from '../shared/domain/policy.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { CallRequest } from '../shared/domain/request.ts';
import { refuseSpeech } from '../shared/domain/request-details.ts';
import { requestOf, startTicket, uploadTicket } from '../shared/domain/ticket.ts';
import { callerOf, refuseOthers, refuseOthersMedia } from '../shared/lambda/caller.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv, policyFromEnv } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, jsonOf, type RouteInput, route } from '../shared/lambda/route.ts';
import { bindKey, findKey, hashOfQuestion } from '../shared/ledger/idempotency-keys.ts';
import { type Ledger, readRecord } from '../shared/ledger/records.ts';
import { readTicket } from '../shared/ledger/tickets.ts';
import { refuseOldAnswer } from '../shared/logic/answer-age.ts';
import { promise } from '../shared/logic/promise.ts';

/**
 * `POST /revalidations`, called by systems that know the person. Checks the call and promises a re-validation: with a form to upload
 * with, where the upload itself is the drop, or by starting the machine on media that is in the bucket. The promise is in the ledger
 * before anything is given out. It claims nothing and pays for nothing.
 */
export const handler = route('StartRevalidation', async (input) => {
  const asked = readCall(input);
  const ledger = ledgerFromEnv();
  const { revalidationId: id, isRepeat } = await promised(ledger, asked);
  const [record, ticket] = await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]);
  if (!record && !ticket) throw new CallRefusedError('revalidation_unknown', 'its time in the ledger is over');
  if (record && isRepeat) refuseOldAnswer(record, asked.maxAgeSeconds);
  const open = record ? undefined : ticket;
  const upload = open?.upload && (await formFor(env('MEDIA_BUCKET'), open.upload));
  if (open && !upload) await startExecution(env('MACHINE_ARN'), id, requestOf(open));
  log('info', 'done', { step: 'StartRevalidation', revalidationId: id });
  return answerJson(
    record ? 200 : 202,
    defined({ ...presentRevalidation(record, ticket), isRepeat: isRepeat || undefined, upload }),
  );
});

type Asked = {
  wanted: TicketBody | StartBody;
  key: string | undefined;
  calledBy: string;
  maxAgeSeconds: number | undefined;
  isForced: boolean;
};

/** Reads the call and checks all that needs no look at the ledger or the media. */
const readCall = (input: RouteInput): Asked => {
  const caller = callerOf(input.event, env('ACCOUNT_CLAIM'));
  const body = jsonOf(input);
  const wanted = isForUpload(body) ? parseOrRefuse(TicketBody, body) : parseOrRefuse(StartBody, body);
  const header = input.event.headers['idempotency-key'];
  const key = parseOrRefuse(CallRequest.shape.idempotencyKey, header, 'Idempotency-Key');
  refuseOthers(caller, wanted.accountId);
  if ('media' in wanted) refuseOthersMedia(caller, wanted.media.key);
  refuseSpeech(wanted.options ?? {});
  applyPolicy(wanted.options ?? {}, policyFromEnv());
  const isForced = 'forceNew' in wanted && wanted.forceNew !== undefined;
  if (isForced && !key) throw keyless();
  const maxAgeSeconds = 'maxAgeSeconds' in wanted ? wanted.maxAgeSeconds : undefined;
  return { wanted, key, calledBy: caller.calledBy, maxAgeSeconds, isForced };
};

/** The re-validation that the key of a call names already, or else a promise, which the key names from then on. */
const promised = async (ledger: Ledger, { wanted, key, calledBy, maxAgeSeconds, isForced }: Asked) => {
  const alias = key ? { scope: calledBy, key, body: hashOfQuestion(wanted, policyFromEnv()) } : undefined;
  const known = alias && (await findKey(ledger, alias));
  if (known) return { revalidationId: known, isRepeat: true };
  const ticket = await ticketFor(wanted, calledBy, isForced ? hashOf([calledBy, key]) : undefined);
  const rules = { policy: policyFromEnv(), maxAgeSeconds, retries: retryRulesFromEnv() };
  const { revalidationId, isRepeat } = await promise(ledger, ticket, rules);
  // The promise comes first: a key that names nothing could never be corrected.
  const named = alias ? await bindKey(ledger, { ...alias, revalidationId }) : revalidationId;
  return { revalidationId: named, isRepeat: isRepeat || named !== revalidationId };
};

/** @throws RequestInvalidError for a call that names both media and an upload */
const isForUpload = (asked: unknown): boolean => {
  if (typeof asked !== 'object' || asked === null || !('upload' in asked)) return false;
  if (!('media' in asked)) return true;
  const broken = { path: 'media', code: 'rule', detail: `is given together with upload: ${ONE_OF_BOTH}` };
  throw new RequestInvalidError('request_invalid', `${broken.path}: ${broken.detail}`, [broken]);
};

/** What is promised. Media that Truora cannot take is refused here, and nothing is written for it. */
const ticketFor = async (
  wanted: TicketBody | StartBody,
  calledBy: string,
  forceKey: string | undefined,
): Promise<Ticket> => {
  if ('upload' in wanted) {
    refuseStillPhoto(wanted.upload.type, wanted.options ?? {});
    return uploadTicket(wanted, newRevalidationId(), calledBy);
  }
  const bucket = env('MEDIA_BUCKET');
  const call = defined({ kind: 'call', ...wanted, idempotencyKey: forceKey });
  const intake = readIntake(call, { bucket, executionId: '' });
  const head = await peekMedia({ bucket, ...intake.media });
  const type = acceptMedia(head, wanted.options ?? {});
  await checkMedia(type, fileAt({ bucket, key: intake.media.key }, head), mediaLimitsFromEnv());
  const id = claimIdOf(intake, head.versionId ?? head.etag);
  return startTicket(wanted, id, head.versionId, calledBy, forceKey);
};

const keyless = () => {
  const [path, detail] = [
    'Idempotency-Key',
    'is needed with forceNew: a call that is repeated would be paid for again',
  ];
  return new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code: 'missing', detail }]);
};

const hashOf = (asked: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(asked)).digest('hex');
