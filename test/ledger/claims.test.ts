import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import {
  advance,
  claim,
  ownRecord,
  readForMove,
  recordAttempt,
  recordCreated,
  recordMoved,
  refuseEnded,
  withAttemptResult,
} from '../../shared/ledger/claims.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { claimOf, executionOf, newValidationId, sha256, thrownBy, UPLOAD_LINK } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

/** Every clock of these tests stands still here. */
const NOW = '2026-11-23T12:00:00.000Z';

const SECONDS = Date.parse(NOW) / 1000;

const DAY = 86_400;

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

const pkOf = ({ revalidationId }: { revalidationId: string }) => `RUN#${revalidationId}`;

/** A stored record of ours, written without the tested code. */
const store = async (more: Record<string, unknown> = {}) => {
  const wanted = claimOf({ claimedAt: NOW });
  const record = {
    ...wanted,
    owner: OURS,
    phase: 'claimed' as const,
    trail: [{ phase: 'claimed' as const, at: NOW }],
    ...more,
  };
  await open.putItem({ pk: pkOf(wanted), ...record, expiresAt: SECONDS + DAY });
  return { wanted, record, pk: pkOf(wanted), item: () => open.item(pkOf(wanted)) };
};

const attemptOf = (n: number, result: Attempt['result']): Attempt => ({
  n,
  at: `2026-11-23T11:0${n}:00.000Z`,
  result,
});

describe('the attempts and orphans of a record with a new result', () => {
  test('start with the new attempt where the record has none', () => {
    const attempt = attemptOf(1, 'not_found');
    expect(withAttemptResult({}, { attempt, orphans: [] })).toStrictEqual({ attempts: [attempt] });
  });

  test('hold the results before and the new ones, each once, with the corrected earlier attempts', () => {
    const [one, two] = [attemptOf(1, 'not_found'), attemptOf(2, 'orphaned')];
    const before = { attempts: [one], orphans: ['VLD1'] };
    const blind = { ...one, result: 'blind' as const };
    const after = withAttemptResult(before, { attempt: two, orphans: ['VLD1', 'VLD2'], earlier: [blind] });
    expect(after).toStrictEqual({ attempts: [blind, two], orphans: ['VLD1', 'VLD2'] });
  });
});

describe('claim', () => {
  test('writes a new record with one command, and returns what was asked for', async () => {
    const wanted = claimOf({ claimedAt: NOW });
    expect(await claim(open.ledger, wanted, OURS, 'hash')).toEqual(wanted);
    expect(commands.sent).toEqual(['PutItem']);
    expect(await open.item(pkOf(wanted))).toEqual({
      pk: pkOf(wanted),
      ...wanted,
      owner: OURS,
      keyHash: 'hash',
      phase: 'claimed',
      trail: [{ phase: 'claimed', at: NOW }],
      day: '2026-11-23',
      shard: `due#${wanted.revalidationId[3]}`,
      dueAt: '2026-11-23T12:05:00.000Z',
      expiresAt: SECONDS + 30 * DAY,
    });
  });

  test('returns the first claim to its owner, even when the floor of the deployment has changed', async () => {
    const { wanted, item } = await store();
    const before = await item();
    const again = { ...wanted, requested: { threshold: 0.9 }, claimedAt: '2026-11-23T12:01:00.000Z' };
    expect(await claim(open.ledger, again, OURS)).toEqual(wanted);
    expect(await item()).toEqual(before);
  });

  test('refuses another execution, by another reason when that one asks for something else', async () => {
    const { wanted } = await store();
    const elsewhere = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };
    const otherwise = { name: 'RequestInvalidError', reason: 'already_asked_otherwise' };
    expect(await thrownBy(claim(open.ledger, wanted, THEIRS))).toEqual(elsewhere);
    const another = { ...wanted, requested: { threshold: 0.9 } };
    expect(await thrownBy(claim(open.ledger, another, THEIRS))).toEqual(otherwise);
    await expect(claim(open.ledger, another, THEIRS)).rejects.toThrow(
      'asked about before with another enrollment, purpose or other options',
    );
  });

  test('refuses its owner and another execution once the case has ended', async () => {
    const { wanted } = await store({ phase: 'declined' });
    for (const owner of [OURS, THEIRS]) {
      const decided = { name: 'AlreadyDecidedError', reason: 'already_decided' };
      expect(await thrownBy(claim(open.ledger, wanted, owner))).toEqual(decided);
    }
  });

  test('reports a record that expires between the write and the read', async () => {
    const { wanted, record, pk } = await store();
    commands.before('GetItem', () => open.putItem({ pk, ...record, expiresAt: SECONDS }));
    await expect(claim(open.ledger, wanted, THEIRS)).rejects.toThrow('the record does not exist');
  });
});

describe('the record of an execution', () => {
  test('goes to its owner while it is open', async () => {
    const { wanted, record } = await store();
    expect(await ownRecord(open.ledger, wanted.revalidationId, OURS)).toEqual(record);
  });

  test('fails when it does not exist', async () => {
    await expect(ownRecord(open.ledger, claimOf().revalidationId, OURS)).rejects.toThrow('the record does not exist');
  });
});

describe('a record that a caller may have ended meanwhile', () => {
  test('is refused once it has ended, and not while it is open or where there is none', async () => {
    const { record } = await store({ phase: 'canceled' });
    expect(() => refuseEnded({ ...record, phase: 'canceled' })).toThrow(`already_decided: ${record.revalidationId}`);
    expect(() => refuseEnded({ ...record, phase: 'created' })).not.toThrow();
    expect(() => refuseEnded(undefined)).not.toThrow();
  });
});

describe('recordCreated', () => {
  const validation = () => ({ validationId: newValidationId(), deadline: '2026-11-23T12:30:00.000Z', threshold: 0.65 });
  const resultOf = (validationId: string) => ({
    attempt: { ...attemptOf(1, 'created'), validationId },
    orphans: ['VLD1'],
  });

  test('writes validation, upload link, attempts and phase with one command', async () => {
    const { record, item, wanted } = await store({ orphans: ['VLD0'] });
    const { validationId, ...used } = validation();
    const result = resultOf(validationId);
    await recordCreated(open.ledger, record, { validationId, ...used, uploadLink: UPLOAD_LINK }, result);
    expect(commands.sent).toEqual(['UpdateItem']);
    expect(await item()).toEqual({
      pk: pkOf(wanted),
      ...record,
      phase: 'created',
      trail: [...record.trail, { phase: 'created', at: NOW }],
      validationId,
      used,
      uploadLink: UPLOAD_LINK,
      attempts: [result.attempt],
      orphans: ['VLD0', 'VLD1'],
      attemptsVersion: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresAt: SECONDS + DAY,
    });
  });

  test('writes the phrase of a recording beside the link, which the upload removes with it', async () => {
    const { record, item, wanted } = await store();
    const created = { ...validation(), uploadLink: UPLOAD_LINK, phrase: 'azul luna' };
    await recordCreated(open.ledger, record, created, resultOf(created.validationId));
    const stored = await item();
    expect(stored).toMatchObject({ phrase: 'azul luna', uploadLink: UPLOAD_LINK });
    expect(stored?.used).not.toHaveProperty('phrase');
    const receipt = { bytes: 4, sha256: sha256('face'), movedAt: NOW };
    await recordMoved(open.ledger, wanted.revalidationId, OURS, receipt);
    for (const secret of ['phrase', 'uploadLink']) expect(await item()).not.toHaveProperty(secret);
  });

  test('throws no error when it is repeated, and one for another validation', async () => {
    const { record, item } = await store();
    const created = { ...validation(), uploadLink: UPLOAD_LINK };
    await recordCreated(open.ledger, record, created, resultOf(created.validationId));
    const before = await item();
    await recordCreated(open.ledger, record, created, resultOf(created.validationId));
    const another = { ...validation(), uploadLink: UPLOAD_LINK };
    await expect(recordCreated(open.ledger, record, another, resultOf(another.validationId))).rejects.toThrow(
      'a record in phase created cannot become created',
    );
    expect(await item()).toEqual(before);
  });
});

describe('recordMoved', () => {
  const receipt = { bytes: 4, sha256: sha256('face'), movedAt: NOW };

  test('writes the receipt and removes the upload link', async () => {
    const { wanted, record, item } = await store({ phase: 'created', uploadLink: UPLOAD_LINK });
    await recordMoved(open.ledger, wanted.revalidationId, OURS, receipt);
    const { uploadLink: _, ...rest } = record as typeof record & { uploadLink: string };
    const trail = [...record.trail, { phase: 'moved', at: NOW }];
    expect(await item()).toEqual({
      pk: pkOf(wanted),
      ...rest,
      phase: 'moved',
      receipt,
      trail,
      expiresAt: SECONDS + DAY,
    });
  });

  test('keeps the first receipt when it is repeated, and is an error before the creation', async () => {
    const { wanted, item } = await store({ phase: 'moved', receipt });
    const before = await item();
    await recordMoved(open.ledger, wanted.revalidationId, OURS, { ...receipt, bytes: 5 });
    expect(await item()).toEqual(before);
    const early = await store();
    await expect(recordMoved(open.ledger, early.wanted.revalidationId, OURS, receipt)).rejects.toThrow(
      'a record in phase claimed cannot become moved',
    );
  });

  test('refuses another execution', async () => {
    const { wanted, item } = await store({ phase: 'created' });
    const before = await item();
    const elsewhere = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };
    expect(await thrownBy(recordMoved(open.ledger, wanted.revalidationId, THEIRS, receipt))).toEqual(elsewhere);
    expect(await item()).toEqual(before);
  });
});

test('advances a record without removing anything that is not named', async () => {
  const { wanted, record, item } = await store({ uploadLink: UPLOAD_LINK });
  await advance(open.ledger, wanted.revalidationId, OURS, 'created', { set: {} }, () => false);
  expect(await item()).toEqual({
    pk: pkOf(wanted),
    ...record,
    phase: 'created',
    trail: [...record.trail, { phase: 'created', at: NOW }],
    expiresAt: SECONDS + DAY,
  });
});

describe('recordAttempt', () => {
  const result = { attempt: attemptOf(2, 'not_found'), orphans: [] };

  test('adds a result to the current record, before and after other results', async () => {
    const { wanted, item } = await store({ attempts: [attemptOf(1, 'not_found')] });
    await recordAttempt(open.ledger, wanted, result);
    expect(commands.sent).toEqual(['GetItem', 'UpdateItem']);
    const version = (await item())?.attemptsVersion;
    expect(version).toMatch(/^[0-9a-f-]{36}$/);
    await recordAttempt(open.ledger, wanted, { attempt: attemptOf(2, 'orphaned'), orphans: ['VLD1'] });
    const after = await item();
    expect(after).toMatchObject({
      attempts: [attemptOf(1, 'not_found'), attemptOf(2, 'orphaned')],
      orphans: ['VLD1'],
    });
    expect(after?.attemptsVersion).not.toBe(version);
  });

  test('writes no record that expired, and none that was deleted in between', async () => {
    const { wanted, pk, record } = await store();
    const expired = { pk, ...record, expiresAt: SECONDS };
    await open.putItem(expired);
    await recordAttempt(open.ledger, wanted, result);
    expect(await open.item(pk)).toEqual(expired);
    const gone = claimOf();
    await recordAttempt(open.ledger, gone, result);
    expect(await open.item(pkOf(gone))).toBeUndefined();
    const other = await store();
    commands.before('UpdateItem', () => open.remove(other.pk));
    await recordAttempt(open.ledger, other.wanted, result);
    expect(await other.item()).toBeUndefined();
  });

  /** Another writer adds its own result just before each of the next writes of ours. */
  const interfere = ({ pk, record }: Awaited<ReturnType<typeof store>>, times: number) => {
    let writes = 0;
    const attempts = [attemptOf(1, 'unconfirmed')];
    const write = () => {
      writes += 1;
      return open.putItem({ pk, ...record, attempts, attemptsVersion: String(writes), expiresAt: SECONDS + DAY });
    };
    commands.before('UpdateItem', write, times);
  };

  test('keeps what other writers add in between, up to four times', async () => {
    const stored = await store();
    interfere(stored, 4);
    await recordAttempt(open.ledger, stored.wanted, result);
    expect(await stored.item()).toMatchObject({ attempts: [attemptOf(1, 'unconfirmed'), result.attempt] });
  });

  test('gives up after the fifth time', async () => {
    const stored = await store();
    interfere(stored, 9);
    await expect(recordAttempt(open.ledger, stored.wanted, result)).rejects.toThrow('kept changing');
    expect(commands.sent.filter((name) => name === 'UpdateItem')).toHaveLength(5);
  });
});

describe('the upload link', () => {
  const used = (deadline: string) => ({ used: { deadline, threshold: 0.6 }, uploadLink: UPLOAD_LINK });

  test('comes with its record until the deadline', async () => {
    const { wanted, record } = await store(used('2026-11-23T12:00:00.001Z'));
    const { uploadLink: _, ...rest } = record as typeof record & { uploadLink: string };
    expect(await readForMove(open.ledger, wanted.revalidationId)).toEqual({ record: rest, uploadLink: UPLOAD_LINK });
  });

  test('stays out of the answer from the deadline on, and without one', async () => {
    const over = await store(used(NOW));
    expect(await readForMove(open.ledger, over.wanted.revalidationId)).toMatchObject({
      record: { used: { deadline: NOW } },
      uploadLink: undefined,
    });
    const early = await store({ uploadLink: UPLOAD_LINK });
    expect(await readForMove(open.ledger, early.wanted.revalidationId)).toMatchObject({ uploadLink: undefined });
    expect(await readForMove(open.ledger, claimOf().revalidationId)).toEqual({});
  });
});
