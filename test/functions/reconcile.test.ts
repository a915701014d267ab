import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordAttempt } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordCancellation, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { listValidations } from '../../shared/truora/client.ts';
import { lateOrphansOn } from '../../shared/truora/reconcile.ts';
import { holdTimers } from '../support/held-timers.ts';
import { claimOf, context, eventOf, executionOf, newPerson, newValidationId, thrownBy } from '../support/journal.ts';
import { type Asked, type LocalAws, openLocalAws, type Said, standIn } from '../support/local-aws.ts';
import { truoraAt } from '../support/truora.ts';

const OURS = executionOf('ours');

const UNCONFIRMED = { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' };

const BLIND = { name: 'CreationUnconfirmedError', reason: 'list_blind' };

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

/** Used for nothing else; it waits until the test releases it. */
const LATE_MS = 86_123;

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('CreateValidation', { truora: true });
});

afterAll(() => aws.close());

const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  process.env.SETTLE_SECONDS = '60';
  aws.metrics.length = 0;
});

afterEach(async () => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.ON_UNRESOLVED = 'fail-for-human';
  Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: false, listLagMs: 0, createLateMs: 500 });
  for (const close of closers.splice(0)) await close();
});

const creating = (claim: Claim) => handler(eventOf('CreateValidation', { claim }, { executionId: OURS }), context);

const claimed = async (suffix = '', more: Partial<Claim> = {}) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const claim = claimOf({ ...person, ...more });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

/** Another media of the same person. */
const sibling = async ({ accountId, enrollmentId }: Claim) => {
  const claim = claimOf({ accountId, enrollmentId });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/** Retries every ten seconds, as often as the creation is unsettled. */
const comingBack = async (claim: Claim) => {
  for (let entry = 1; entry < 60; entry += 1) {
    const ending = await creating(claim).catch((error: Error) => error);
    if (!(ending instanceof Error)) return ending;
    if (ending.name !== 'CreationUnsettledError') throw ending;
    later(10);
  }
  throw new TypeError('it never settles');
};

type Kept = { attempts?: Attempt[]; orphans?: string[]; phase: string; validationId?: string };

const recordOf = async ({ revalidationId }: Claim) => (await aws.item(`RUN#${revalidationId}`)) as Kept;

const attemptsOf = async (claim: Claim) =>
  ((await recordOf(claim)).attempts ?? []).map(({ n, result }) => `${n} ${result}`);

const intentOf = ({ accountId }: Claim) => aws.item(`ACC#${accountId}`);

const orphansCounted = () => aws.metrics.reduce((sum, { Orphans = 0 }) => sum + Number(Orphans), 0);

const charging = () => {
  const before = aws.sandbox.counts();
  return () => {
    const now = aws.sandbox.counts();
    return { creates: now.creates - before.creates, charges: now.charges - before.charges };
  };
};

/** A server in place of Truora that loses every create call, and shows this list. */
const listing = async (list: (asked: Asked) => object[] | Said, create: Said = 'reset') => {
  const truora = await standIn((asked) => {
    if (asked.method === 'POST') return create;
    const said = list(asked);
    return Array.isArray(said) ? { status: 200, body: { validations: said } } : said;
  });
  closers.push(truora.close);
  process.env.TRUORA_ORIGIN = truora.origin;
  return truora;
};

const LINK = 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary';

const rowOf = ({ accountId }: Claim, more: object = {}) => ({
  validation_id: newValidationId(),
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold: 0.7,
  creation_date: new Date().toISOString().replace('Z', '161454Z'),
  ...more,
});

const withLink = (claim: Claim, more: object = {}) =>
  rowOf(claim, { instructions: { file_upload_link: LINK }, ...more });

describe('an answer that was lost', () => {
  test('waits until no call can be in flight, and then reads the list twice, half a window apart', async () => {
    const claim = await claimed();
    const { asked } = await listing(() => []);
    const entry = async (seconds: number) => {
      later(seconds);
      expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
      return asked.map(({ method }) => method).join(' ');
    };
    expect(await entry(0)).toBe('POST');
    expect(await entry(59)).toBe('POST');
    expect(await entry(1)).toBe('POST GET');
    expect(await entry(29)).toBe('POST GET');
    expect(await entry(1)).toBe('POST GET GET');
    expect(await attemptsOf(claim)).toEqual(['1 not_found']);
    expect(await intentOf(claim)).toBeUndefined();
    expect(await entry(0)).toBe('POST GET GET POST');
  });

  test('gives up after the second lost call', async () => {
    const claim = await claimed();
    const { asked } = await listing(() => []);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await thrownBy(creating(claim))).toEqual(BLIND);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(orphansCounted()).toBe(2);
    expect(await attemptsOf(claim)).toEqual(['1 blind', '2 blind']);
  });

  test.each<[string, (claim: Claim) => object]>([
    ['of another person', (claim) => withLink(claim, { account_id: 'another-person', validation_status: 'success' })],
    ['of another type', (claim) => withLink(claim, { type: 'document-validation' })],
    ['that was decided', (claim) => withLink(claim, { validation_status: 'success' })],
    ['that was declined', (claim) => withLink(claim, { validation_status: 'failure', failure_status: 'declined' })],
    [
      'that is older than the call for any difference of the clocks',
      (claim) => withLink(claim, { creation_date: new Date(Date.now() - 13 * 3_600_000).toISOString() }),
    ],
  ])('does not take for its validation one %s', async (_, row) => {
    const claim = await claimed();
    const theirs = row(claim);
    await listing(() => [theirs]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await attemptsOf(claim)).toEqual(['1 blind', '2 blind']);
  });

  test.each([-14, 0, 14])('finds the validation of a Truora whose clock is %i minutes off', async (minutes) => {
    const claim = await claimed();
    const row = withLink(claim, { creation_date: new Date(Date.now() + minutes * 60_000).toISOString() });
    await listing(() => [row]);
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
  });

  test('finds the validation on the second page of the list', async () => {
    const claim = await claimed();
    const row = withLink(claim);
    const { asked } = await listing(({ path }) =>
      path.endsWith('?start_key=two')
        ? [row]
        : { status: 200, body: { validations: [], next: '/v1/any?start_key=two' } },
    );
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('does not wait for incomplete rows of another product', async () => {
    const claim = await claimed();
    const row = withLink(claim);
    await listing(() => [{ account_id: claim.accountId, type: 'document-validation', creation_date: 3 }, row]);
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
  });

  test('does not take a validation that is bound to another run', async () => {
    const claim = await claimed();
    const row = withLink(claim);
    const { revalidationId } = claimOf();
    await aws.putItem({ pk: `VLD#${row.validation_id}`, revalidationId, deadline: new Date().toISOString() });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
  });

  test('finds a validation that has expired in the meantime: it was created and paid for', async () => {
    const claim = await claimed();
    const row = rowOf(claim, { validation_status: 'failure', failure_status: 'expired' });
    const { asked } = await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('finds a validation in local time that is labelled UTC', async () => {
    const claim = await claimed();
    const row = withLink(claim, { creation_date: new Date(Date.now() - 5 * 3_600_000).toISOString() });
    const { asked } = await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('does not take a validation in local time that is bound to another run', async () => {
    const claim = await claimed();
    const row = withLink(claim, { creation_date: new Date(Date.now() - 5 * 3_600_000).toISOString() });
    const { revalidationId } = claimOf();
    await aws.putItem({ pk: `VLD#${row.validation_id}`, revalidationId, deadline: new Date().toISOString() });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await recordOf(claim)).not.toHaveProperty('orphans');
  });

  test('records a validation whose link has expired as an orphan', async () => {
    const claim = await claimed();
    const expires = Math.floor(Date.now() / 1000) + 30;
    const row = withLink(claim, {
      instructions: { file_upload_link: `https://files.truora.com/u/x?Expires=${expires}` },
    });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(await recordOf(claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('counts a validation as found when only the first read saw it', async () => {
    const claim = await claimed();
    const row = withLink(claim);
    let looks = 0;
    const { asked } = await listing(() => {
      looks += 1;
      return looks === 1 ? [row] : [];
    });
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test.each<[string, Said | object[], string]>([
    ['cannot be had', { status: 503 }, 'TruoraUncertainError'],
    ['is not there, though the person is enrolled', { status: 404 }, 'TruoraContractError'],
    ['is half a JSON', { status: 200, body: '{"validations":[' }, 'TruoraContractError'],
    ['does not say when a validation was created', [{ creation_date: undefined }], 'TruoraContractError'],
    ['names the person in another form', [{ account_id: 'ACC7f3a' }], 'TruoraContractError'],
  ])('stays open while the list %s, and nothing is created', async (_, said, name) => {
    const claim = await claimed();
    const { asked } = await listing((): Said | object[] =>
      Array.isArray(said) ? said.map((more) => withLink(claim, more)) : said,
    );
    await thrownBy(creating(claim));
    later(60);
    for (let entry = 0; entry < 3; entry += 1) {
      expect(await thrownBy(creating(claim))).toMatchObject({ name });
      later(60);
    }
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await attemptsOf(claim)).toEqual(['1 unconfirmed']);
    expect(await intentOf(claim)).toBeDefined();
  });
});

describe('a lost answer, with a list', () => {
  const lags = [0, 20, 75];
  const matrix = [0, 1, 2].flatMap((listed) =>
    [true, false].flatMap((hasLink) =>
      (['fail-for-human', 'create-again'] as const).flatMap((policy) =>
        lags.map((lag) => ({ listed, hasLink, policy, lag })),
      ),
    ),
  );

  test.each(matrix)(
    'that $listed, link: $hasLink, policy $policy, $lag s late, leads to the expected result',
    async ({ listed, hasLink, policy, lag }) => {
      process.env.ON_UNRESOLVED = policy;
      const claim = await claimed();
      const rows = Array.from({ length: listed }, (_, n) =>
        (hasLink ? withLink : rowOf)(claim, { creation_date: new Date(Date.now() + n).toISOString() }),
      );
      const ids = rows.map((row) => (row as { validation_id: string }).validation_id);
      const startedAt = Date.now();
      const answered: object[] = [];
      const truora = await standIn(({ method }) => {
        const isLate = Date.now() - startedAt < lag * 1000;
        if (method === 'GET') return { status: 200, body: { validations: [...(isLate ? [] : rows), ...answered] } };
        // The second call is answered.
        const isFirst = truora.asked.filter((one) => one.method === 'POST').length === 1;
        if (isFirst) return 'reset';
        const row = withLink(claim);
        answered.push(row);
        return { status: 200, body: row };
      });
      closers.push(truora.close);
      process.env.TRUORA_ORIGIN = truora.origin;
      const ending = await comingBack(claim).catch(({ name }: Error) => name);
      const posts = truora.asked.filter(({ method }) => method === 'POST').length;
      const record = await recordOf(claim);
      const seen = { ending, posts, attempts: await attemptsOf(claim), orphans: record.orphans ?? [] };

      if (listed === 0) {
        expect(seen).toMatchObject({ posts: 2, attempts: ['1 not_found', '2 created'], orphans: [] });
      } else if (hasLink) {
        expect(seen).toEqual({
          ending: expect.objectContaining({ validationId: ids[0] }),
          posts: 1,
          attempts: ['1 adopted'],
          orphans: ids.slice(1),
        });
        expect(record).toMatchObject({ phase: 'created', validationId: ids[0], uploadLink: LINK });
      } else if (policy === 'create-again') {
        expect(seen).toMatchObject({ posts: 2, attempts: ['1 orphaned', '2 created'], orphans: ids });
        expect(ids).not.toContain(record.validationId);
      } else {
        expect(seen).toEqual({ ending: UNCONFIRMED.name, posts: 1, attempts: ['1 orphaned'], orphans: ids });
      }
      expect(orphansCounted()).toBe(seen.orphans.length);
      for (const id of seen.orphans) {
        expect(await aws.item(`VLD#${id}`)).toMatchObject({ revalidationId: claim.revalidationId });
      }
      expect(await intentOf(claim)).toBeUndefined();
    },
  );
});

describe('the intent of another run of the person', () => {
  test('leaves the intent of a living run alone, at any age', async () => {
    const other = await claimed();
    const ours = await sibling(other);
    const intent = await openIntent(aws.table, other.accountId, { revalidationId: other.revalidationId, attempt: 1 });
    later(3600);
    expect(await thrownBy(creating(ours))).toEqual(UNSETTLED);
    expect(await intentOf(ours)).toMatchObject({ ...intent });
  });

  test.each([
    ['was lost and came to nothing', '-create-swallowed', ['1 not_found'], 0],
    ['was lost and created one', '-create-lost', ['1 orphaned'], 1],
  ] as const)(
    'resolves the intent of an ended run on its own record, and never adopts it: its call %s',
    async (_, suffix, attempts, orphans) => {
      aws.sandbox.settings.repeatsUploadLinkOnRead = true;
      const counts = charging();
      const other = await claimed(suffix);
      expect(await thrownBy(creating(other))).toEqual(UNSETTLED);
      await recordCancellation(aws.ledger, other, 'iam:caller');
      const ours = await sibling(other);
      const { validationId } = await comingBack(ours);
      expect(await attemptsOf(other)).toEqual(attempts);
      const theirs = await recordOf(other);
      expect(theirs.phase).toBe('canceled');
      expect(theirs.orphans ?? []).toHaveLength(orphans);
      expect(theirs.orphans ?? []).not.toContain(validationId);
      expect(await attemptsOf(ours)).toEqual(['1 created']);
      expect(await recordOf(ours)).not.toHaveProperty('orphans');
      expect(counts().charges).toBe(1 + orphans);
      expect(orphansCounted()).toBe(orphans);
    },
  );

  test('resolves the intent of an expired record', async () => {
    const ours = await claimed();
    const { revalidationId } = claimOf();
    await openIntent(aws.table, ours.accountId, { revalidationId, attempt: 1 });
    expect(await comingBack(ours)).toMatchObject({ validationId: expect.any(String) });
    expect(await aws.item(`RUN#${revalidationId}`)).toBeUndefined();
  });

  test('leaves a validation alone that another run creates during the read: it is not an orphan of the ended run', async () => {
    const ended = await claimed();
    const one = await sibling(ended);
    const other = await sibling(ended);
    let row: ReturnType<typeof withLink> | undefined;
    let isAnswered = false;
    let meanwhile: (() => Promise<void>) | undefined;
    const truora = await standIn(async ({ method }) => {
      if (method === 'POST') {
        if (!isAnswered) return 'reset';
        row = withLink(ended);
        return { status: 200, body: row };
      }
      const wait = meanwhile;
      meanwhile = undefined;
      await wait?.();
      return { status: 200, body: { validations: row ? [row] : [] } };
    });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    expect(await thrownBy(creating(ended))).toEqual(UNSETTLED);
    await recordCancellation(aws.ledger, ended, 'iam:caller');
    later(60);
    expect(await thrownBy(creating(one))).toEqual(UNSETTLED);
    later(30);
    // While the other's second list is on its way, the one resolves, creates, and has not bound what it created yet.
    meanwhile = async () => {
      isAnswered = true;
      expect(await thrownBy(creating(one))).toEqual(UNSETTLED);
      aws.setDelivery(({ operation, input }) =>
        operation === 'PutItem' && JSON.stringify(input).includes('VLD#') ? 'lost' : 'through',
      );
      expect(await thrownBy(creating(one))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
    };
    expect(await thrownBy(creating(other))).toEqual(UNSETTLED);
    expect(await recordOf(ended)).not.toHaveProperty('orphans');
    expect(await attemptsOf(ended)).toEqual(['1 not_found']);
    expect(await creating(one)).toMatchObject({ validationId: row?.validation_id });
    expect(orphansCounted()).toBe(0);
    expect(truora.asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('keeps the answer of a run that was canceled during the call as an orphan, and frees the person', async () => {
    const claim = await claimed();
    const row = withLink(claim);
    const truora = await standIn(async () => {
      const { revalidationId } = claim;
      const decidedAt = new Date().toISOString();
      await recordOutcome(aws.ledger, { revalidationId, status: 'canceled', decidedBy: 'caller', decidedAt }, OURS);
      return { status: 200, body: row };
    });
    closers.push(truora.close);
    process.env.TRUORA_ORIGIN = truora.origin;
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(await recordOf(claim)).toMatchObject({ phase: 'canceled', orphans: [row.validation_id] });
    expect(await recordOf(claim)).not.toHaveProperty('uploadLink');
    expect(await attemptsOf(claim)).toEqual(['1 orphaned']);
    expect(await intentOf(claim)).toBeUndefined();
    expect(orphansCounted()).toBe(1);
  });
});

describe('a call that is executed after its timeout', () => {
  test('becomes an orphan: nothing is uploaded to it, and the follow-up records it', async () => {
    const late = holdTimers(LATE_MS);
    closers.push(async () => late.end());
    Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: true, createLateMs: LATE_MS });
    const counts = charging();
    const claim = await claimed('-create-late');
    const { validationId } = await comingBack(claim);
    expect(await attemptsOf(claim)).toEqual(['1 not_found', '2 created']);
    late.letGo();
    expect(counts().charges).toBe(2);

    const record = (await readRecord(aws.ledger, claim.revalidationId)) ?? raise('the record is gone');
    const truora = truoraAt(aws.sandbox.origin);
    const asked = { ...record, accountId: claim.accountId, requested: claim.requested };
    const list = await listValidations(truora, claim.accountId);
    const lateOrphans = lateOrphansOn(list, asked);
    expect(lateOrphans).toEqual([
      { attempt: expect.objectContaining({ n: 1, result: 'not_found' }), orphans: [expect.stringMatching(/^VLD/)] },
    ]);
    for (const { attempt, orphans } of lateOrphans) {
      await recordAttempt(aws.ledger, record, { attempt: { ...attempt, result: 'orphaned' }, orphans });
    }
    const after = await recordOf(claim);
    expect(after).toMatchObject({ validationId, orphans: lateOrphans[0]?.orphans });
    expect(after.orphans).not.toContain(validationId);
    // Charged twice, and both are on the record; a second look finds nothing new.
    expect(lateOrphansOn(list, { ...asked, ...after })).toEqual([]);
    expect(aws.sandbox.uploaded(after.orphans?.[0] ?? '')).toBeUndefined();
  });
});

const raise = (what: string): never => {
  throw new TypeError(what);
};
