import { createHash } from 'node:crypto';
import { startExecution } from '../aws/executions.ts';
import { fileAt, formFor, peekMedia } from '../aws/media-store.ts';
import type { StartBody, Started, Ticket, TicketBody } from '../domain/api.ts';
import type { CaptureBody } from '../domain/capture.ts';
import { claimIdOf } from '../domain/case-id.ts';
import { defined } from '../domain/defined.ts';
import { newRevalidationId } from '../domain/ids.ts';
import { readIntake } from '../domain/intake.ts';
import { isEnd } from '../domain/lifecycle.ts';
import type { RetryRules } from '../domain/linked-retry.ts';
import { acceptMedia, refuseStillPhoto } from '../domain/media.ts';
import { checkMedia, type MediaLimits } from '../domain/media-check.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import { CallRefusedError } from '../domain/problem.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { captureTicket, requestOf, startTicket, uploadTicket } from '../domain/ticket.ts';
import { mintLink } from '../ledger/capture-links.ts';
import { bindKey, findKey, hashOfQuestion } from '../ledger/idempotency-keys.ts';
import { isWaiting } from '../ledger/recordings.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { readTicket } from '../ledger/tickets.ts';
import { refuseErased } from '../ledger/tombstones.ts';
import { refuseOldAnswer } from './answer-age.ts';
import { promise } from './promise.ts';

/** What a start works with, as the deployment decides it. */
export type StartSettings = {
  ledger: Ledger;
  mediaBucket: string;
  machineArn: string;
  policies: Policies;
  mediaLimits: MediaLimits;
  retries: RetryRules;
  /** The address of the capture page; undefined where the deployment has none. */
  captureUrl: string | undefined;
};

/** A call that was read: its body, idempotency key and caller. `isForced`: the caller forces a new case about the same media. */
export type StartCall = {
  body: TicketBody | CaptureBody | StartBody;
  key: string | undefined;
  calledBy: string;
  maxAgeSeconds: number | undefined;
  isForced: boolean;
};

/** The re-validation of a call: its record or else its ticket, the upload form of a ticket that is open, and the link to capture. */
export type StartedCase = {
  record: LedgerRecord | undefined;
  ticket: Ticket | undefined;
  isRepeat: boolean;
  upload: Started['upload'];
  captureUrl: Started['captureUrl'];
};

/**
 * Promises a re-validation: with a form to upload with, where the upload itself is the drop, or by starting the machine on media that is
 * in the bucket. The promise is in the ledger before the form is signed or the machine started. It claims nothing and pays for nothing.
 * @throws the refusals of the request and its media; CallRefusedError `revalidation_unknown`
 */
export const start = async (settings: StartSettings, call: StartCall): Promise<StartedCase> => {
  const { ledger, mediaBucket, machineArn, captureUrl } = settings;
  await refuseErased(ledger.table, call.body.accountId);
  const { revalidationId: id, isRepeat, issued } = await promised(settings, call);
  // A form that was issued just now has had no upload: there is no record.
  const [record, ticket] = issued
    ? [undefined, issued]
    : await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]);
  if (!record && !ticket) throw new CallRefusedError('revalidation_unknown', 'its time in the ledger is over');
  if (record && isRepeat) refuseOldAnswer(record, call.maxAgeSeconds);
  const open = record && !isWaiting(record) ? undefined : ticket;
  // Before the person has agreed, there is no form and no start: the page asks first.
  const isAgreed = open?.userAuthorized === true;
  const upload = open?.upload && isAgreed ? await formFor(mediaBucket, open.upload) : undefined;
  const isStarted = record !== undefined || (open?.upload && open.capture !== 'live');
  if (open && isAgreed && !isStarted) await startExecution(machineArn, id, requestOf(open));
  const link =
    captureUrl && ticket?.capture && !(record && isEnd(record.phase))
      ? await linkTo(ledger.table, captureUrl, ticket)
      : undefined;
  return { record, ticket, isRepeat, upload, captureUrl: link };
};

/** A new link each time: the ledger has only the hashes of earlier ones. The part behind `#` reaches no server and no log. */
const linkTo = async (table: string, captureUrl: string, ticket: Ticket): Promise<string> =>
  `${captureUrl}#${await mintLink(table, ticket)}`;

/** The re-validation that the key of a call is bound to, or else a promise, which the key is bound to from then on. */
const promised = async (settings: StartSettings, call: StartCall) => {
  const { ledger, policies, retries } = settings;
  const { body, key, calledBy, maxAgeSeconds } = call;
  const alias = key
    ? { scope: calledBy, key, body: hashOfQuestion(body, policies), accountId: body.accountId }
    : undefined;
  const known = alias && (await findKey(ledger, alias));
  if (known) return { revalidationId: known, isRepeat: true, issued: undefined };
  const ticket = await ticketFor(settings, call);
  const { revalidationId, isRepeat } = await promise(ledger, ticket, { policies, maxAgeSeconds, retries });
  // The promise comes first: a key that names nothing could never be corrected.
  const named = alias ? await bindKey(ledger, { ...alias, revalidationId }) : revalidationId;
  const isKnown = isRepeat || named !== revalidationId;
  return { revalidationId: named, isRepeat: isKnown, issued: isKnown || !ticket.upload ? undefined : ticket };
};

/** What is promised. Media that Truora cannot take is refused here, and nothing is written for it. */
const ticketFor = async (
  { mediaBucket: bucket, mediaLimits, policies }: StartSettings,
  call: StartCall,
): Promise<Ticket> => {
  const { body, key, calledBy, isForced } = call;
  const options = applyPolicy(body, policies);
  if ('capture' in body) return captureTicket(body, options, newRevalidationId(), calledBy);
  if ('upload' in body) {
    refuseStillPhoto(body.upload.type, options);
    return uploadTicket(body, newRevalidationId(), calledBy);
  }
  const forceKey = isForced ? hashOf([calledBy, key]) : undefined;
  const request = defined({ kind: 'call', ...body, idempotencyKey: forceKey });
  const intake = readIntake(request, { bucket, executionId: '' });
  const media = await peekMedia({ bucket, ...intake.media });
  const type = acceptMedia(media, options);
  await checkMedia(type, fileAt({ bucket, key: intake.media.key }, media), mediaLimits);
  const id = claimIdOf(intake, media.versionId ?? media.etag);
  return startTicket(body, id, media.versionId, calledBy, forceKey);
};

const hashOf = (parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
