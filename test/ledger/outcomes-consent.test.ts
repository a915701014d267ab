import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Amendment } from '../../shared/domain/amendments.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { amend, recordEarlyEnd, recordOutcome, refuseLateVerdict } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { claimOf, executionOf, newRevalidationId, UPLOAD_LINK } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const OURS = executionOf('ours');

/** Every clock of these tests stands still here. */
const NOW = '2026-11-23T12:00:00.000Z';

const EARLIER = '2026-11-23T11:00:00.000Z';

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  commands.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A stored record, as it is read, and its item. */
const store = async (more: Record<string, unknown> = {}) => {
  const wanted = claimOf({ claimedAt: EARLIER });
  const pk = `RUN#${wanted.revalidationId}`;
  const trail = [{ phase: 'claimed', at: EARLIER }];
  await open.putItem({ pk, ...wanted, owner: OURS, phase: 'moved', trail, ...more });
  const record = (await readRecord(open.ledger, wanted.revalidationId)) as LedgerRecord;
  commands.clear();
  return { record, item: () => open.item(pk) };
};

const outcomeAs = (status: Outcome['status']): Outcome => ({
  revalidationId: newRevalidationId(),
  status,
  decidedBy: 'workflow',
  decidedAt: EARLIER,
});

const ended = (status: Outcome['status'], more: Record<string, unknown> = {}) =>
  store({ phase: status, outcome: outcomeAs(status), ...more });

const declined: Amendment = { status: 'declined', at: EARLIER, from: 'sweep' };

describe('a late verdict', () => {
  test('by a face is not added to a record whose consent was revoked meanwhile, and one that approves nothing is', async () => {
    const { record, item } = await ended('expired', { consentRevokedAt: EARLIER });
    expect(await amend(open.ledger, record, declined)).toBeUndefined();
    expect(await item()).not.toHaveProperty('amendments');
    const other: Amendment = { status: 'alternative_required', verdict: 'approved', at: NOW, from: 'sweep' };
    expect(await amend(open.ledger, record, other)).toMatchObject({ amendments: [other] });
    expect(await item()).toMatchObject({ amendments: [other] });
  });
});

describe('the end of a late verdict', () => {
  test.each(['expired', 'failed', 'canceled'] as const)('is noted on a record that is %s', async (status) => {
    const { record, item } = await ended(status);
    await refuseLateVerdict(open.ledger, record);
    expect(await item()).toMatchObject({ phase: status, consentRevokedAt: NOW });
  });

  test.each<[string, Record<string, unknown>]>([
    ['has its note', { phase: 'expired', outcome: outcomeAs('expired'), consentRevokedAt: EARLIER }],
    ['has not ended', { phase: 'moved' }],
    ['ended in another way', { phase: 'alternative_required', outcome: outcomeAs('alternative_required') }],
    ['was approved', { phase: 'approved', outcome: outcomeAs('approved') }],
    ['has a late verdict', { phase: 'expired', outcome: outcomeAs('expired'), amendments: [declined], amended: 'e' }],
  ])('needs no note on a record that %s', async (_, more) => {
    const { record, item } = await store(more);
    const before = await item();
    await refuseLateVerdict(open.ledger, record);
    expect(commands.sent).toEqual([]);
    expect(await item()).toEqual(before);
  });

  test('is not noted on a record that has changed meanwhile', async () => {
    const { record, item } = await ended('expired');
    const before = await item();
    await refuseLateVerdict(open.ledger, { ...record, phase: 'failed' });
    expect(await item()).toEqual(before);
  });
});

describe('the end of a case', () => {
  const secrets = { uploadLink: UPLOAD_LINK, phrase: 'azul luna', mediaToken: 'token' };

  test('removes the link, the phrase and the token of a recording, when it is decided and when a caller ends it', async () => {
    const ends: ((record: LedgerRecord) => Promise<unknown>)[] = [
      ({ revalidationId }) => recordOutcome(open.ledger, { ...outcomeAs('declined'), revalidationId }, OURS),
      (record) => recordEarlyEnd(open.ledger, record, { status: 'canceled', reason: 'canceled_by_caller' }, {}),
    ];
    for (const end of ends) {
      const { record, item } = await store(secrets);
      await end(record);
      for (const secret of Object.keys(secrets)) expect(await item()).not.toHaveProperty(secret);
    }
  });

  test('by another way names it and who took it, and says nothing of the claim or the media', async () => {
    const receipt = { bytes: 4, sha256: 'a'.repeat(64), movedAt: EARLIER };
    const { record, item } = await store({ receipt });
    const alternative = { url: 'https://example.com/branch' };
    const end = { status: 'alternative_required', reason: 'alternative_chosen', alternative } as const;
    const by = { endedBy: 'jwt:ana' };
    const { record: stored, isNew } = await recordEarlyEnd(open.ledger, record, end, by);
    const { revalidationId, accountId, enrollmentId, reference } = record;
    const threshold = record.requested?.threshold;
    const named = { revalidationId, accountId, enrollmentId, reference, threshold };
    expect(stored.outcome).toEqual({ ...named, ...end, decidedBy: 'caller', decidedAt: NOW });
    expect(isNew).toBe(true);
    expect(await item()).toMatchObject({ phase: 'alternative_required', ...by, receipt, claimedAt: EARLIER });
    expect((await item())?.trail).toEqual([...record.trail, { phase: 'alternative_required', at: NOW }]);
  });
});
