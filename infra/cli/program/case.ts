import { presentRevalidation, type Revalidation, type Ticket } from '../../../shared/domain/api.ts';
import { RevalidationId } from '../../../shared/domain/ids.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { type Ledger, readRecord } from '../../../shared/ledger/records.ts';
import { readTicket } from '../../../shared/ledger/tickets.ts';
import type { Context } from './context.ts';
import { type Connected, connect, ledgerOf, type StageOptions } from './deployment.ts';
import { parseArgument, UsageError } from './usage.ts';

/** A case of the ledger: its record, and before its claim its ticket. */
export type Case = {
  id: string;
  record: LedgerRecord | undefined;
  ticket: Ticket | undefined;
  /** As callers see it. */
  shown: Revalidation;
  connected: Connected;
  ledger: Ledger;
};

/**
 * Finds a case.
 * @throws UsageError for an id that is no id of a re-validation, or that the ledger does not have
 */
export const findCase = async (given: string, options: StageOptions, context: Context): Promise<Case> => {
  const id = parseArgument(RevalidationId, given, 'id');
  return caseOf(await connect(options, context), id);
};

/** @throws UsageError for an id that the ledger does not have */
export const caseOf = async (connected: Connected, id: string): Promise<Case> => {
  const ledger = ledgerOf(connected);
  const [record, ticket] = await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]);
  const shown = presentRevalidation(record, ticket);
  if (!shown) throw new UsageError(`id: there is no re-validation ${id} in the ledger of ${connected.name}`);
  return { id, record, ticket, shown, connected, ledger };
};

/** JSON of a record: its sets as lists. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (inner instanceof Set ? [...inner] : inner), 2);

/** A timestamp for a person: UTC, in seconds. */
export const timeText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
