import { createHash } from 'node:crypto';
import { startExecution } from '../shared/aws/executions.ts';
import { fileAt, formFor, peekMedia } from '../shared/aws/media-store.ts';
import { ONE_OF_BOTH, presentable, StartBody, type Ticket, TicketBody } from '../shared/domain/api.ts';
import { claimIdOf } from '../shared/domain/case-id.ts';
import { defined } from '../shared/domain/defined.ts';
import { RequestInvalidError } from '../shared/domain/errors.ts';
import { newRevalidationId } from '../shared/domain/ids.ts';
import { readIntake } from '../shared/domain/intake.ts';
import { acceptMedia, refuseStillPhoto } from '../shared/domain/media.ts';
import { checkMedia } from '../shared/domain/media-check.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { type Policy, underPolicy } from '../shared/domain/policy.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { isDifferentRequest } from '../shared/domain/record.ts';
import { CallRequest } from '../shared/domain/request.ts';
import { refuseSpeech } from '../shared/domain/request-details.ts';
import { requestOf, startTicket, uploadTicket } from '../shared/domain/ticket.ts';
import { callerOf, refuseOthers, refuseOthersMedia } from '../shared/lambda/caller.ts';
import { ledgerFromEnv, retryRulesFromEnv } from '../shared/lambda/clients.ts';
import { env, mediaLimitsFromEnv, policyFromEnv } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, jsonOf, route } from '../shared/lambda/route.ts';
import { bindKey, findKey, hashOfQuestion } from '../shared/ledger/idempotency-keys.ts';
import { type Ledger, readRecord } from '../shared/ledger/records.ts';
import { issueTicket, readTicket } from '../shared/ledger/tickets.ts';
import { refuseOldAnswer } from '../shared/logic/answer-age.ts';
import { findRetried } from '../shared/logic/linked-retry.ts';

/**
 * `POST /revalidations`, called by systems that know the person. Asks whether the call is in order, and promises a
 * re-validation: with a form to upload with, so that the upload itself is the drop, or by starting the machine on media
 * that is there. The promise is in the ledger before anything is given out. It claims nothing and pays for nothing.
 */
export const handler = route('StartRevalidation', async (input) => {
  const caller = callerOf(input.event, env('ACCOUNT_CLAIM'));
  const asked = jsonOf(input);
  const wanted = isForUpload(asked) ? parseOrRefuse(TicketBody, asked) : parseOrRefuse(StartBody, asked);
  const key = parseOrRefuse(
    CallRequest.shape.idempotencyKey,
    input.event.headers['idempotency-key'],
    'Idempotency-Key',
  );
  refuseOthers(caller, wanted.accountId);
  if ('media' in wanted) refuseOthersMedia(caller, wanted.media.key);
  refuseSpeech(wanted.options ?? {});
  const policy = policyFromEnv();
  underPolicy(wanted.options ?? {}, policy);
  const forced = 'forceNew' in wanted && wanted.forceNew !== undefined;
  if (forced && !key) throw keyless();

  const ledger = ledgerFromEnv();
  const alias = key ? { scope: caller.calledBy, key, body: hashOfQuestion(wanted) } : undefined;
  const maxAgeSeconds = 'maxAgeSeconds' in wanted ? wanted.maxAgeSeconds : undefined;
  let id = alias && (await findKey(ledger, alias));
  let isRepeat = id !== undefined;
  if (!id) {
    const anew = forced ? hashOf([caller.calledBy, key]) : undefined;
    const promised = await promise(ledger, await ticketFor(wanted, caller.calledBy, anew), { policy, maxAgeSeconds });
    id = promised.revalidationId;
    // The promise comes first: a key that was bound to nothing could never be mended.
    if (alias) id = await bindKey(ledger, { ...alias, revalidationId: id });
    isRepeat = promised.isRepeat || id !== promised.revalidationId;
  }
  const [record, ticket] = await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]);
  if (!record && !ticket) throw new CallRefusedError('revalidation_unknown', 'its time in the ledger is over');
  if (record && isRepeat) refuseOldAnswer(record, maxAgeSeconds);
  const open = record ? undefined : ticket;
  const upload = open?.upload && (await formFor(env('MEDIA_BUCKET'), open.upload));
  if (open && !upload) await startExecution(env('MACHINE_ARN'), id, requestOf(open));
  log('info', 'done', { step: 'StartRevalidation', revalidationId: id });
  return answerJson(record ? 200 : 202, {
    ...presentable(record, ticket),
    ...(isRepeat ? { isRepeat } : {}),
    ...(upload ? { upload } : {}),
  });
});

/** @throws RequestInvalidError for a call that says both what lies there and what is to come */
const isForUpload = (asked: unknown): boolean => {
  if (typeof asked !== 'object' || asked === null || !('upload' in asked)) return false;
  if (!('media' in asked)) return true;
  const broken = { path: 'media', code: 'rule', detail: `is given together with upload: ${ONE_OF_BOTH}` };
  throw new RequestInvalidError('request_invalid', `${broken.path}: ${broken.detail}`, [broken]);
};

/** What Truora could never take is refused here and now, and nothing is written for it. */
const ticketFor = async (
  wanted: TicketBody | StartBody,
  calledBy: string,
  anew: string | undefined,
): Promise<Ticket> => {
  if ('upload' in wanted) {
    refuseStillPhoto(wanted.upload.type, wanted.options ?? {});
    return uploadTicket(wanted, newRevalidationId(), calledBy);
  }
  const bucket = env('MEDIA_BUCKET');
  const call = defined({ kind: 'call', ...wanted, idempotencyKey: anew });
  const intake = readIntake(call, { bucket, executionId: '' });
  const head = await peekMedia({ bucket, ...intake.media });
  const type = acceptMedia(head, wanted.options ?? {});
  await checkMedia(type, fileAt({ bucket, key: intake.media.key }, head), mediaLimitsFromEnv());
  const id = claimIdOf(intake, head.versionId ?? head.etag);
  return startTicket(wanted, id, head.versionId, calledBy, anew);
};

/**
 * Whoever asks again for the same media of the same person, in the same words, meets what stands, and nothing is written.
 * Of two that ask at once one writes, and the other looks again at what it wrote.
 * @throws RequestInvalidError `already_asked_otherwise`, `answer_too_old`, `retry_*`
 */
const promise = async (
  ledger: Ledger,
  ticket: Ticket,
  rules: Rules,
): Promise<{ revalidationId: string; isRepeat: boolean }> => {
  const { revalidationId, accountId, options } = ticket;
  if (await isPromised(ledger, ticket, rules)) return { revalidationId, isRepeat: true };
  // Only looked up here: its place in the row is taken when it is claimed.
  if (options.retryOf) await findRetried(ledger, { retryOf: options.retryOf, accountId }, retryRulesFromEnv());
  const isNew = await issueTicket(ledger, ticket);
  if (!isNew) await isPromised(ledger, ticket, rules);
  return { revalidationId, isRepeat: !isNew };
};

/** What decides whether an earlier promise answers a call: the policy in force, and how old the answer may be. Seconds. */
type Rules = { policy: Policy; maxAgeSeconds: number | undefined };

/**
 * Whether the very same was promised or claimed before: what is sent in fact is compared.
 * @throws RequestInvalidError `already_asked_otherwise`, `answer_too_old`
 */
const isPromised = async (
  ledger: Ledger,
  { revalidationId, ...ticket }: Ticket,
  { policy, maxAgeSeconds }: Rules,
): Promise<boolean> => {
  const [record, earlier] = await Promise.all([
    readRecord(ledger, revalidationId),
    readTicket(ledger.table, revalidationId),
  ]);
  const standing = record ?? (earlier && { ...earlier, requested: underPolicy(earlier.options, policy) });
  if (standing && isDifferentRequest(standing, { ...ticket, requested: underPolicy(ticket.options, policy) })) {
    const rule = 'this version was asked about before with another enrollment or other options';
    throw new RequestInvalidError('already_asked_otherwise', `media: ${rule}; put it again, or call with forceNew`);
  }
  if (record) refuseOldAnswer(record, maxAgeSeconds);
  return standing !== undefined;
};

const keyless = () => {
  const [path, detail] = [
    'Idempotency-Key',
    'is needed with forceNew: a call that is repeated would be paid for again',
  ];
  return new RequestInvalidError('request_invalid', `${path}: ${detail}`, [{ path, code: 'missing', detail }]);
};

const hashOf = (asked: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(asked)).digest('hex');
