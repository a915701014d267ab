import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handler } from '../../functions/record-outcome.ts';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { personOf, putTombstone } from '../../shared/ledger/tombstones.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { OURS } from '../support/creation.ts';
import { claimOf, context, eventOf, executionOf, inMinutes, journalOf, thrownBy } from '../support/journal.ts';
import { keepLog } from '../support/log-lines.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { listen } from '../support/truora.ts';

let open: OpenTable;

let bus: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  open = await openTable();
  bus = await listen((response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: 'one' }] }));
  });
  pointSdkAt({ EVENTBRIDGE: bus.origin });
  const variables = { TABLE_NAME: open.table, RETENTION_DAYS: '30', EVENT_BUS: 'outcomes', MEDIA_HOURS: '24' };
  Object.assign(process.env, variables, { ALTERNATIVE: 'none' });
  keepLog([]);
});

afterAll(() => {
  bus.close();
  open.close();
});

beforeEach(() => {
  bus.heard.length = 0;
});

/** The journal of a case, whose claim is stored without the tested code. */
const claimed = async (journal = journalOf()) => {
  const { claim } = journal;
  const pk = `RUN#${claim.revalidationId}`;
  await open.putItem({ pk, ...claim, owner: OURS, phase: 'moved', trail: [] });
  return { journal, stored: () => open.item(pk) };
};

const record = (journal: Partial<Journal>, executionId = OURS) =>
  handler(eventOf('RecordOutcome', journal, { executionId }), context);

describe('the outcome of a verdict', () => {
  test('holds the verdict, the ids and the times of the case, and is announced', async () => {
    const { journal, stored } = await claimed();
    const { claim, validation, receipt, verdict } = journal;
    const { revalidationId, accountId, enrollmentId, reference, claimedAt } = claim;
    const outcome = {
      ...verdict,
      revalidationId,
      accountId,
      enrollmentId,
      reference,
      claimedAt,
      validationId: validation.validationId,
      movedAt: receipt.movedAt,
      decidedBy: 'webhook',
    };
    expect(await record(journal)).toEqual(outcome);
    expect(await stored()).toMatchObject({ phase: 'approved', outcome, announced: expect.any(String) });
    expect(bus.heard).toHaveLength(1);
  });

  test('names the poll where no notification arrived', async () => {
    const { notification: _, ...journal } = (await claimed()).journal;
    expect(await record(journal)).toMatchObject({ decidedBy: 'poll' });
  });

  test('refuses another execution', async () => {
    const { journal, stored } = await claimed();
    const refused = record(journal, executionOf('theirs'));
    expect(await thrownBy(refused)).toMatchObject({ name: 'ClaimedElsewhereError' });
    expect(await stored()).not.toHaveProperty('outcome');
  });

  /** What an outcome of the workflow's own holds of a case whose media has moved: no verdict. */
  const ownOutcomeOf = ({ claim, validation, receipt }: ReturnType<typeof journalOf>) => {
    const { revalidationId, accountId, enrollmentId, reference, claimedAt, requested } = claim;
    return {
      ...{ revalidationId, accountId, enrollmentId, reference, claimedAt },
      threshold: requested.threshold,
      validationId: validation.validationId,
      movedAt: receipt?.movedAt,
      decidedBy: 'workflow',
      decidedAt: expect.stringMatching(/Z$/),
    };
  };

  test('is not written about a person who was erased: the case ends as canceled', async () => {
    const { journal, stored } = await claimed();
    const { accountId } = journal.claim;
    await putTombstone(open.table, { person: personOf(accountId), requestedAt: inMinutes(0), accountId }, 150);
    const outcome = { ...ownOutcomeOf(journal), status: 'canceled', reason: 'canceled_by_caller' };
    expect(await record(journal)).toEqual(outcome);
    expect(await stored()).toMatchObject({ phase: 'canceled', outcome });
  });

  test('is not written where the receipt of consent is gone: another way is needed', async () => {
    const consentReceiptId = `CNS${'0'.repeat(32)}`;
    const { journal, stored } = await claimed(journalOf({ claim: claimOf({ consentReceiptId }) }));
    const outcome = { ...ownOutcomeOf(journal), status: 'alternative_required', reason: 'consent_revoked' };
    expect(await record(journal)).toMatchObject(outcome);
    expect(await stored()).toMatchObject({ phase: 'alternative_required', outcome });
  });
});
