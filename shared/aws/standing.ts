import type { Ticket } from '../domain/api.ts';
import { revalidationIdOf } from '../domain/ids.ts';
import { readInboxKey } from '../domain/inbox-key.ts';
import { type Policy, underPolicy } from '../domain/policy.ts';
import { asksOtherwise } from '../domain/record.ts';
import type { RevalidationRequest } from '../domain/request.ts';
import { addressOf, anewOf, wishOfCall } from '../domain/wish.ts';
import { aliasOf, findKey } from './aliases.ts';
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
  const alias = aliasOf(request);
  const anew = anewOf(request, executionId);
  const dropped = ticket ?? (version && !anew ? await ticketOfMedia(ledger.table, key, version) : undefined);
  const id =
    (alias && (await findKey(ledger.table, alias))) ??
    (dropped && dropped.accountId === accountId ? dropped.revalidationId : undefined) ??
    (accountId && version ? revalidationIdOf({ accountId, bucket, key, version, anew }) : undefined);
  const standing = id ? await readRecord(ledger, id) : undefined;
  if (!standing || (asked && asksOtherwise(standing, { ...asked, requested }))) return;
  await ownRecord(ledger, standing.revalidationId, executionId);
};
