import { readBinding } from '../../shared/ledger/bindings.ts';
import { readIntent } from '../../shared/ledger/intents.ts';
import type { Ledger } from '../../shared/ledger/records.ts';
import { resolveIntent } from '../../shared/logic/orphans.ts';
import type { Truora } from '../../shared/truora/call.ts';
import { listValidations } from '../../shared/truora/client.ts';
import type { ListedRow } from '../../shared/truora/list-page.ts';

/** How far Truora's clock may be from ours, as where a lost call is looked for. Milliseconds. */
const CLOCK_SKEW_MS = 900_000;

/**
 * What Truora's list says of a person about whom a call is in doubt. What was decided there and is bound to no case of ours was
 * charged and will never be used: it is entered as an orphan, since the look that a next run takes passes decided ones over,
 * and that run would ask, and pay, once more. What still waits for media is left to that run, which adopts it.
 * @returns whether nothing of this person hinders opening the throttle, and what was found in words
 */
export const lookAtPerson = async (
  ledger: Ledger,
  truora: Truora,
  accountId: string,
): Promise<{ isSettled: boolean; words: string }> => {
  try {
    const intent = await readIntent(ledger.table, accountId);
    if (!intent) return { isSettled: true, words: 'settled meanwhile' };
    const since = Date.parse(intent.openedAt) - CLOCK_SKEW_MS;
    // One that does not say when it was created may be of that time.
    const young = (await listValidations(truora, accountId)).filter(
      ({ creation_date }) => !(Date.parse(String(creation_date ?? '')) < since),
    );
    const unknown: ListedRow[] = [];
    for (const one of young) if (!(await readBinding(ledger.table, one.validation_id))) unknown.push(one);
    const decided = unknown.filter(isDecided).map(({ validation_id }) => validation_id);
    if (decided.length === 0)
      return { isSettled: true, words: `${unknown.length} of unknown use wait at Truora; the next run looks again` };
    await resolveIntent(ledger, accountId, decided);
    return { isSettled: true, words: `charged and not known here, entered as orphans: ${decided.join(', ')}` };
  } catch (error) {
    return { isSettled: false, words: `could not be settled (${(error as Error).message})` };
  }
};

const isDecided = ({ validation_status, failure_status }: ListedRow): boolean =>
  validation_status !== 'pending' || failure_status !== undefined;
