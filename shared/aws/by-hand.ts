import type { Attempt } from '../domain/creation.ts';
import { validationOf } from '../domain/record.ts';
import { recordFate } from './creations.ts';
import { bindOrphans, bindValidation, closeIntent, readIntent } from './intents.ts';
import { type Ledger, readRecord } from './ledger.ts';

/** The longest settle window there may be: what is younger may have a call on its way. Milliseconds. */
const SETTLED_MS = 300_000;

/**
 * Resolves a person's intent as a human found it, where Truora's list cannot be read: what was created by its call is bound and
 * written on the record as its orphans, the attempt with it, and the person is free. A run that waits for it goes on by itself.
 * @param found what was created by the call, as Truora says; nothing, if it never arrived
 * @returns what came of the attempt; undefined when no intent is open
 * @throws TypeError for one that may still be under way, and for a validation that is another run's; nothing is written then
 */
export const resolveByHand = async (
  ledger: Ledger,
  accountId: string,
  found: readonly string[],
): Promise<(Attempt & { revalidationId: string }) | undefined> => {
  const intent = await readIntent(ledger.table, accountId);
  if (!intent) return undefined;
  const { revalidationId, openedAt, attempt: n } = intent;
  if (Date.now() - Date.parse(openedAt) < SETTLED_MS) {
    throw new TypeError('the intent is younger than five minutes: its call may still be on its way');
  }
  const record = await readRecord(ledger, revalidationId);
  const validation = record && validationOf(record);
  if (validation && found.length > 0) throw new TypeError('its call was answered, and the validation is on the record');
  if (validation) await bindValidation(ledger.table, validation, revalidationId, ledger.retentionDays);
  await bindOrphans(ledger, intent, found);
  const given = found.length > 0 ? ('orphaned' as const) : ('not_found' as const);
  const attempt: Attempt = { n, at: openedAt, result: validation ? 'created' : given };
  // What an answered call came to stands on the record, in the same write as its validation.
  if (!validation) await recordFate(ledger, record ?? { revalidationId }, { attempt, orphans: found });
  await closeIntent(ledger.table, accountId, intent);
  return { ...attempt, revalidationId };
};
