import type { Ticket } from '../domain/api.ts';
import type { RetryRules } from '../domain/linked-retry.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import { refuseDifferentRequest } from '../ledger/claims.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { issueTicket, readTicket } from '../ledger/tickets.ts';
import { refuseOldAnswer } from './answer-age.ts';
import { findRetried } from './linked-retry.ts';

/** What decides whether an earlier promise answers a call: the policies, the greatest age of an answer in seconds, and the retries. */
export type PromiseRules = { policies: Policies; maxAgeSeconds: number | undefined; retries: RetryRules };

/**
 * Promises a re-validation, unless the same question about the same media was promised or claimed before: then nothing is written.
 * Of two equal calls at once one writes, and the other reads what the first one wrote.
 * @returns whether the promise is an earlier one
 * @throws RequestInvalidError `already_asked_otherwise`, `answer_too_old`, `retry_*`
 */
export const promise = async (
  ledger: Ledger,
  ticket: Ticket,
  rules: PromiseRules,
): Promise<{ revalidationId: string; isRepeat: boolean }> => {
  const { revalidationId, accountId, options, purpose } = ticket;
  // The id of a ticket with a form is random: there is nothing to find.
  const isRandom = ticket.upload !== undefined;
  if (!isRandom && (await isPromised(ledger, ticket, rules))) return { revalidationId, isRepeat: true };
  // The retry is only looked up here; the claim takes its slot.
  if (options.retryOf) await findRetried(ledger, { retryOf: options.retryOf, accountId, purpose }, rules.retries);
  const isNew = await issueTicket(ledger, ticket);
  if (!isNew) await isPromised(ledger, ticket, rules);
  return { revalidationId, isRepeat: !isNew };
};

/**
 * Whether the same question was promised or claimed before: the options are compared as they are sent to Truora.
 * @throws RequestInvalidError `already_asked_otherwise`, `answer_too_old`
 */
const isPromised = async (
  ledger: Ledger,
  { revalidationId, ...ticket }: Ticket,
  { policies, maxAgeSeconds }: PromiseRules,
): Promise<boolean> => {
  const [record, earlier] = await Promise.all([
    readRecord(ledger, revalidationId),
    readTicket(ledger.table, revalidationId),
  ]);
  const existing = record ?? (earlier && { ...earlier, requested: applyPolicy(earlier, policies) });
  if (existing) refuseDifferentRequest(existing, { ...ticket, requested: applyPolicy(ticket, policies) });
  if (record) refuseOldAnswer(record, maxAgeSeconds);
  return existing !== undefined;
};
