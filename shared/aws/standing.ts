import type { Ticket } from '../domain/api.ts';
import { AlreadyDecidedError, RequestInvalidError, readReason } from '../domain/errors.ts';
import { revalidationIdOf } from '../domain/ids.ts';
import { readInboxKey } from '../domain/inbox-key.ts';
import { type Policy, underPolicy } from '../domain/policy.ts';
import { asksOtherwise, isOlderThan, type LedgerRecord } from '../domain/record.ts';
import type { RevalidationRequest } from '../domain/request.ts';
import { addressOf, anewOf, wishOfCall } from '../domain/wish.ts';
import { type Ledger, ownRecord, readRecord } from './ledger.ts';
import { ticketOfMedia } from './tickets.ts';

type Asked = {
  request: RevalidationRequest;
  bucket: string;
  ticket: Ticket | undefined;
  executionId: string;
  policy: Policy;
};

/**
 * Media is deleted some hours after its outcome, and whoever asks again after that is to get the outcome, not that the
 * media is gone. It returns where nothing stands, or something that is this execution's own and open.
 * @throws AlreadyDecidedError, ClaimedElsewhereError, RequestInvalidError `threshold_below_policy`
 */
export const meetStanding = async (ledger: Ledger, asking: Asked): Promise<void> => {
  const { request, bucket, ticket, executionId, policy } = asking;
  const { key, versionId, etag } = addressOf(request, bucket);
  const asked = request.kind === 'call' ? wishOfCall(request) : ticket;
  const requested = asked && underPolicy(asked.options, policy);
  const accountId = asked?.accountId ?? readInboxKey(key)?.accountId;
  const version = versionId ?? etag;
  const anew = anewOf(request, executionId);
  const dropped = ticket ?? (version && !anew ? await ticketOfMedia(ledger.table, key, version) : undefined);
  const id =
    (dropped && dropped.accountId === accountId ? dropped.revalidationId : undefined) ??
    (accountId && version ? revalidationIdOf({ accountId, bucket, key, version, anew }) : undefined);
  const standing = id ? await readRecord(ledger, id) : undefined;
  if (!standing || (asked && asksOtherwise(standing, { ...asked, requested }))) return;
  await ownRecord(ledger, standing.revalidationId, executionId);
};

/** @throws RequestInvalidError `answer_too_old` */
export const refuseOldAnswer = (record: LedgerRecord, maxAgeSeconds: number | undefined): void => {
  if (maxAgeSeconds === undefined || !isOlderThan(record, maxAgeSeconds, new Date())) return;
  throw new RequestInvalidError(
    'answer_too_old',
    'maxAgeSeconds: the answer about this media is older; put the media again, or call with forceNew, under a new key',
  );
};

/**
 * Whether a caller takes the answer that stands, where a claim met one. One that this execution has come to itself is no
 * older answer.
 * @throws RequestInvalidError `answer_too_old`, or else the error as it came
 */
export const refuseIfOld =
  (ledger: Ledger, request: RevalidationRequest, executionId: string) =>
  async (error: unknown): Promise<never> => {
    if (error instanceof AlreadyDecidedError && request.kind === 'call' && request.maxAgeSeconds !== undefined) {
      const record = await readRecord(ledger, readReason(error.message)?.detail ?? '');
      if (record && record.owner !== executionId) refuseOldAnswer(record, request.maxAgeSeconds);
    }
    throw error;
  };
