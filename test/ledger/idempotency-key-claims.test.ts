import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamo } from '../../shared/aws/clients.ts';
import { AlreadyDecidedError, MediaGoneError, RequestInvalidError } from '../../shared/domain/errors.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim, claimedElsewhere } from '../../shared/ledger/claims.ts';
import {
  type Alias,
  aliasOf,
  bindKey,
  claimUnderKey,
  findKey,
  hashOfQuestion,
} from '../../shared/ledger/idempotency-keys.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { callOf, claimOf, executionOf, newRevalidationId, sha256, thrownBy } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

/** Every clock of these tests stands still here. */
const NOW = '2026-11-23T12:00:00.000Z';

const SECONDS = Date.parse(NOW) / 1000;

const DAY = 86_400;

const LIFE = SECONDS + 30 * DAY;

const elsewhere = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let alias: Alias;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
});

afterAll(() => open.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  alias = { scope: 'workflow', key: randomUUID(), body: sha256('body'), accountId: 'ana' };
  commands.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

const keyItem = () => open.item(`KEY#${alias.scope}#${alias.key}`);

const itemOf = (revalidationId: string, more: Record<string, unknown> = {}) => ({
  pk: `KEY#${alias.scope}#${alias.key}`,
  revalidationId,
  body: alias.body,
  person: personOf(alias.accountId),
  expiresAt: LIFE,
  ...more,
});

const store = (revalidationId: string, more: Record<string, unknown> = {}) =>
  open.putItem(itemOf(revalidationId, more));

const storeRecord = (revalidationId: string, more: Record<string, unknown> = {}) =>
  open.putItem({
    pk: `RUN#${revalidationId}`,
    revalidationId,
    owner: OURS,
    phase: 'claimed',
    claimedAt: NOW,
    trail: [],
    ...more,
  });

const hash = () => sha256(`KEY#${alias.scope}#${alias.key}`);

describe('the key of a call', () => {
  const policies = { default: { minimumThreshold: 0.6 } };

  test('consists of the scope of workflows, and the hash of the call without its options of delivery', () => {
    const call = callOf({ idempotencyKey: 'key', maxAgeSeconds: 60, options: { threshold: 0.7, resultMode: 'poll' } });
    const { maxAgeSeconds: _, options: __, ...rest } = call;
    const options = JSON.stringify([
      ['subvalidations', ['similarity']],
      ['threshold', 0.7],
    ]);
    const body = sha256(JSON.stringify({ ...rest, options }));
    expect(aliasOf(call, policies)).toEqual({ scope: 'workflow', key: 'key', body, accountId: call.accountId });
    expect(hashOfQuestion(call, policies)).toBe(body);
  });

  test('does not exist where the call has none, and where there is no call', () => {
    expect(aliasOf(callOf(), policies)).toBeUndefined();
    expect(aliasOf(undefined, policies)).toBeUndefined();
  });
});

describe('a stored key', () => {
  test.each([
    ['of the API is bound without a record', 'jwt:a', {}, undefined, true],
    ['of the API is not bound while it is reserved and has no record', 'jwt:a', { reservedBy: OURS }, undefined, false],
    ['of a workflow is not bound without a record', 'workflow', {}, undefined, false],
    ['of a workflow is bound with a record', 'workflow', {}, {}, true],
    ['is not bound when its record is refused', 'workflow', {}, { phase: 'refused' }, false],
    [
      'is not bound while it is reserved and its record was claimed with another key',
      'workflow',
      { reservedBy: OURS },
      { keyHash: 'another' },
      false,
    ],
    [
      'is not bound while it is reserved and its record was claimed without a key',
      'workflow',
      { reservedBy: OURS },
      {},
      false,
    ],
    ['is not bound when it has expired', 'jwt:a', { expiresAt: SECONDS }, {}, false],
  ] as const)('%s', async (_, scope, more, record, isBound) => {
    alias = { ...alias, scope };
    const id = newRevalidationId();
    await store(id, more);
    if (record) await storeRecord(id, record);
    expect(await findKey(open.ledger, alias)).toBe(isBound ? id : undefined);
  });

  test('that is reserved is bound to the record that was claimed with it', async () => {
    const id = newRevalidationId();
    await store(id, { reservedBy: THEIRS });
    await storeRecord(id, { keyHash: hash() });
    expect(await findKey(open.ledger, alias)).toBe(id);
    const reused = { name: 'RequestInvalidError', reason: 'idempotency_key_reused' };
    expect(await thrownBy(findKey(open.ledger, { ...alias, body: 'another' }))).toEqual(reused);
  });

  test('counts as unknown where there is none', async () => {
    expect(await findKey(open.ledger, alias)).toBeUndefined();
  });
});

describe('bindKey', () => {
  test('writes a new key with one read and one write, reserved or bound', async () => {
    for (const reservedBy of [undefined, OURS]) {
      alias = { ...alias, key: randomUUID() };
      commands.clear();
      const id = newRevalidationId();
      expect(await bindKey(open.ledger, { ...alias, revalidationId: id }, reservedBy)).toBe(id);
      expect(commands.sent).toEqual(['GetItem', 'PutItem']);
      expect(await keyItem()).toEqual(itemOf(id, reservedBy ? { reservedBy } : {}));
    }
  });

  test('keeps the reservation of another execution for the same case and request', async () => {
    const id = newRevalidationId();
    await store(id, { reservedBy: THEIRS });
    expect(await bindKey(open.ledger, { ...alias, revalidationId: id }, OURS)).toBe(id);
    expect(await keyItem()).toEqual(itemOf(id, { reservedBy: THEIRS }));
  });

  test('binds a key that was only reserved for the same case', async () => {
    const id = newRevalidationId();
    await store(id, { reservedBy: THEIRS });
    expect(await bindKey(open.ledger, { ...alias, revalidationId: id })).toBe(id);
    expect(await keyItem()).toEqual(itemOf(id));
  });

  test('takes over a reservation of another case or of another request, and a key of a refused case', async () => {
    const id = newRevalidationId();
    const refused = newRevalidationId();
    await storeRecord(refused, { phase: 'refused' });
    for (const existing of [
      itemOf(newRevalidationId(), { reservedBy: THEIRS }),
      itemOf(id, { reservedBy: THEIRS, body: 'another' }),
      itemOf(refused),
    ]) {
      await open.putItem(existing);
      expect(await bindKey(open.ledger, { ...alias, revalidationId: id }, OURS)).toBe(id);
      expect(await keyItem()).toEqual(itemOf(id, { reservedBy: OURS }));
    }
  });

  const interfere = (times: number) => {
    commands.before('PutItem', () => store(newRevalidationId(), { reservedBy: THEIRS }), times);
  };

  test('succeeds when two other executions reserve the key in between, and is refused at the third', async () => {
    const id = newRevalidationId();
    interfere(2);
    expect(await bindKey(open.ledger, { ...alias, revalidationId: id }, OURS)).toBe(id);
    commands.clear();
    await open.remove(itemOf(id).pk);
    interfere(9);
    expect(await thrownBy(bindKey(open.ledger, { ...alias, revalidationId: id }, OURS))).toEqual(elsewhere);
    expect(commands.sent.filter((name) => name === 'PutItem')).toHaveLength(3);
  });
});

describe('a claim with an idempotency key', () => {
  const wantedOf = () => claimOf({ claimedAt: NOW });

  const run = (wanted: Claim, claimIt: (keyHash?: string) => Promise<Claim>, of: Alias = alias) =>
    claimUnderKey(open.ledger, of, { revalidationId: wanted.revalidationId, owner: OURS }, claimIt);

  test('reserves the key before the claim, claims with its hash, and binds it afterwards', async () => {
    const wanted = wantedOf();
    const claimed = await run(wanted, async (keyHash) => {
      expect(keyHash).toBe(hash());
      expect(await keyItem()).toEqual(itemOf(wanted.revalidationId, { reservedBy: OURS }));
      return claim(open.ledger, wanted, OURS, keyHash);
    });
    expect(claimed).toEqual(wanted);
    expect(await keyItem()).toEqual(itemOf(wanted.revalidationId));
    expect(await readRecord(open.ledger, wanted.revalidationId)).toMatchObject({ keyHash: hash(), phase: 'claimed' });
  });

  test('returns the claim of the case that the key is bound to, for its owner alone', async () => {
    const first = wantedOf();
    await run(first, (keyHash) => claim(open.ledger, first, OURS, keyHash));
    const never = () => Promise.reject(new TypeError('claimed again'));
    expect(await run(wantedOf(), never)).toEqual(first);
    const { revalidationId } = wantedOf();
    const theirs = claimUnderKey(open.ledger, alias, { revalidationId, owner: THEIRS }, never);
    expect(await thrownBy(theirs)).toEqual(elsewhere);
  });

  test.each([
    ['has ended', new AlreadyDecidedError('already_decided', 'id')],
    ['is claimed by another execution', claimedElsewhere()],
  ])('binds the key where the case %s, because its outcome is the answer', async (_, error) => {
    const wanted = wantedOf();
    await expect(run(wanted, () => Promise.reject(error))).rejects.toBe(error);
    expect(await keyItem()).toEqual(itemOf(wanted.revalidationId));
  });

  const refusal = new RequestInvalidError('already_asked_otherwise', 'a rule');

  test('frees the key when the claim is refused', async () => {
    const wanted = wantedOf();
    await expect(run(wanted, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await keyItem()).toEqual(itemOf(wanted.revalidationId, { expiresAt: SECONDS - 1 }));
  });

  test('frees no key of another execution, of another case or of another request when the claim is refused', async () => {
    const wanted = wantedOf();
    for (const existing of [
      itemOf(wanted.revalidationId, { reservedBy: THEIRS }),
      itemOf(newRevalidationId(), { reservedBy: OURS }),
      itemOf(wanted.revalidationId, { reservedBy: OURS, body: 'another' }),
    ]) {
      await open.remove(existing.pk);
      const claimIt = async () => {
        await open.putItem(existing);
        throw refusal;
      };
      await expect(run(wanted, claimIt)).rejects.toBe(refusal);
      expect(await keyItem()).toEqual(existing);
    }
  });

  test('leaves the key reserved after any other error, for the retry of the step', async () => {
    const wanted = wantedOf();
    const gone = new MediaGoneError('media_gone', 'media: gone');
    await expect(run(wanted, () => Promise.reject(gone))).rejects.toBe(gone);
    expect(await keyItem()).toEqual(itemOf(wanted.revalidationId, { reservedBy: OURS }));
  });

  test('gives way when another case takes the key before it is bound', async () => {
    const wanted = wantedOf();
    const theirs = itemOf(newRevalidationId(), { reservedBy: THEIRS });
    const claimIt = async (keyHash?: string) => {
      await open.putItem(theirs);
      return claim(open.ledger, wanted, OURS, keyHash);
    };
    expect(await thrownBy(run(wanted, claimIt))).toEqual(elsewhere);
    expect(await readRecord(open.ledger, wanted.revalidationId)).toBeUndefined();
    expect(await keyItem()).toEqual(theirs);
  });
});
