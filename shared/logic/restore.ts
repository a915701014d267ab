import { paginateScan } from '@aws-sdk/client-dynamodb';
import { paginateGetExecutionHistory, paginateListExecutions } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { dynamo, sfn } from '../aws/clients.ts';
import { updateItem } from '../aws/dynamodb.ts';
import { AlreadyDecidedError, ClaimedElsewhereError } from '../domain/errors.ts';
import { Claim, Outcome, Validation } from '../domain/revalidation.ts';
import { bindValidation } from '../ledger/bindings.ts';
import { claim as claimRecord } from '../ledger/claims.ts';
import { openIntent } from '../ledger/intents.ts';
import { keyOf } from '../ledger/keys.ts';
import { recordOutcome } from '../ledger/outcomes.ts';
import { type Ledger, readRecord } from '../ledger/records.ts';
import { GATE } from '../ledger/throttle.ts';
import { personOf, readTombstone } from '../ledger/tombstones.ts';

/** Why the throttle is closed meanwhile. Only a throttle that is closed for this reason is opened again. */
const CLOSED = 'the ledger is being restored';

/** Closes the throttle, if it is open: nothing is created from the next call on. */
export const closeForRestore = async (table: string): Promise<void> => {
  await updateItem(table, GATE, { set: { closed: CLOSED }, when: { closed: [] } });
};

/** Opens a throttle that was closed for the restore. @returns false where it is closed for another reason, or open */
export const openAfterRestore = async (table: string): Promise<boolean> =>
  (await updateItem(table, GATE, { set: {}, remove: ['closed'], when: { closed: [CLOSED] } })) !== undefined;

/** The entries of an execution's journal that money depends on. */
const Seen = z.object({ claim: Claim, validation: z.optional(Validation), outcome: z.optional(Outcome) });

type Seen = z.infer<typeof Seen>;

/** How many executions were read, and how many of their cases are in the ledger now, decided or under a new intent. */
export type Replayed = { executions: number; decided: number; open: number };

/**
 * Brings back what a ledger that was restored from a backup does not know: each execution's history has its claim, its
 * validation and its outcome. Without them the same media would be asked about, and paid for, once more. A case that may have
 * called Truora and has no validation gets an open intent, so that the next run of the person looks before it asks. Doing it
 * twice does no harm. @param from executions that began before are left alone
 */
export const replay = async (ledger: Ledger, stateMachineArn: string, from: Date): Promise<Replayed> => {
  const tally: Replayed = { executions: 0, decided: 0, open: 0 };
  for await (const { executions = [] } of paginateListExecutions({ client: sfn() }, { stateMachineArn })) {
    for (const { executionArn = '', startDate = new Date() } of executions) {
      // Newest first (documented).
      if (startDate < from) return tally;
      tally.executions += 1;
      const seen = await journalOf(executionArn);
      if (!seen) continue;
      if (!(await bringBack(ledger, executionArn, startDate, seen))) continue;
      tally[seen.outcome ? 'decided' : 'open'] += 1;
    }
  }
  return tally;
};

/** @returns undefined for an execution that has claimed nothing, and so has paid for nothing */
const journalOf = async (executionArn: string): Promise<Seen | undefined> => {
  let outcome: Outcome | undefined;
  // Newest first: a journal only grows, so the last state whose output is a whole journal has every entry; the last state of all has the outcome.
  const pages = paginateGetExecutionHistory({ client: sfn() }, { executionArn, reverseOrder: true });
  for await (const { events = [] } of pages) {
    for (const { stateExitedEventDetails: left } of events) {
      if (!left?.output) continue;
      const output: unknown = JSON.parse(left.output);
      const { data } = Seen.safeParse(output);
      if (data) return outcome ? { ...data, outcome } : data;
      outcome ??= Outcome.safeParse(output).data;
    }
  }
  return undefined;
};

/** @returns false for a person who was erased: nothing is brought back */
const bringBack = async (ledger: Ledger, executionArn: string, startDate: Date, seen: Seen): Promise<boolean> => {
  const { claim, validation, outcome } = seen;
  const { revalidationId, accountId } = claim;
  if (await readTombstone(ledger.table, personOf(accountId))) return false;
  const owner = await claimAgain(ledger, claim, executionArn);
  if (validation) {
    const { validationId, ...used } = validation;
    await updateItem(ledger.table, keyOf(revalidationId), {
      set: {},
      setIfAbsent: { validationId, used },
      when: { revalidationId: [revalidationId] },
    });
    await bindValidation(ledger.table, validation, revalidationId, ledger.retentionDays);
  } else if (!outcome || outcome.status === 'failed') {
    await openIntent(ledger.table, accountId, { revalidationId, attempt: 1, openedAt: startDate.toISOString() });
  }
  // The first outcome stays, and this was the first: an execution that claimed the case since the restore finds it decided.
  if (outcome) await recordOutcome(ledger, outcome, owner);
  return true;
};

/** @returns the owner of the record now: another execution may have claimed the case since the restore */
const claimAgain = async (ledger: Ledger, claim: Claim, executionArn: string): Promise<string> => {
  try {
    await claimRecord(ledger, claim, executionArn);
    return executionArn;
  } catch (error) {
    if (!(error instanceof AlreadyDecidedError || error instanceof ClaimedElsewhereError)) throw error;
    return (await readRecord(ledger, claim.revalidationId))?.owner ?? executionArn;
  }
};

/** The people with an open intent: the result of a call is not known. It reads, and pays for, the whole table. */
export async function* peopleInDoubt(table: string): AsyncGenerator<string> {
  const pages = paginateScan(
    { client: dynamo() },
    {
      TableName: table,
      FilterExpression: 'begins_with(pk, :intents)',
      ExpressionAttributeValues: { ':intents': { S: 'ACC#' } },
      ProjectionExpression: 'pk',
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) for (const { pk } of Items) if (pk?.S) yield pk.S.slice('ACC#'.length);
}
