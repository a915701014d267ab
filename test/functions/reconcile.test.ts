import { describe, expect } from 'vitest';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claimOf, thrownBy } from '../support/journal.ts';
import { type Asked, type Said, standIn } from '../support/local-aws.ts';
import {
  attemptsOf,
  claimed,
  closers,
  comingBack,
  creating,
  intentOf,
  LINK,
  later,
  orphansCounted,
  recordOf,
  rowOf,
  test,
  UNSETTLED,
  withLink,
} from '../support/reconcile.ts';

const UNCONFIRMED = { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' };

const BLIND = { name: 'CreationUnconfirmedError', reason: 'list_blind' };

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

describe('an answer that was lost', () => {
  test('waits until no call can be in flight, and then reads the list twice, half a window apart', async ({ aws }) => {
    const claim = await claimed(aws);
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
    expect(await attemptsOf(aws, claim)).toEqual(['1 not_found']);
    expect(await intentOf(aws, claim)).toBeUndefined();
    expect(await entry(0)).toBe('POST GET GET POST');
  });

  test('gives up after the second lost call', async ({ aws }) => {
    const claim = await claimed(aws);
    const { asked } = await listing(() => []);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await thrownBy(creating(claim))).toEqual(BLIND);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(orphansCounted(aws)).toBe(2);
    expect(await attemptsOf(aws, claim)).toEqual(['1 blind', '2 blind']);
  });

  test.for<[string, (claim: Claim) => object]>([
    ['of another person', (claim) => withLink(claim, { account_id: 'another-person', validation_status: 'success' })],
    ['of another type', (claim) => withLink(claim, { type: 'document-validation' })],
    ['that was decided', (claim) => withLink(claim, { validation_status: 'success' })],
    ['that was declined', (claim) => withLink(claim, { validation_status: 'failure', failure_status: 'declined' })],
    [
      'that is older than the call for any difference of the clocks',
      (claim) => withLink(claim, { creation_date: new Date(Date.now() - 13 * 3_600_000).toISOString() }),
    ],
  ])('does not take for its validation one %s', async ([_, row], { aws }) => {
    const claim = await claimed(aws);
    const theirs = row(claim);
    await listing(() => [theirs]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await attemptsOf(aws, claim)).toEqual(['1 blind', '2 blind']);
  });

  test.for([-14, 0, 14])('finds the validation of a Truora whose clock is %i minutes off', async (minutes, { aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim, { creation_date: new Date(Date.now() + minutes * 60_000).toISOString() });
    await listing(() => [row]);
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
  });

  test('finds the validation on the second page of the list', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim);
    const { asked } = await listing(({ path }) =>
      path.endsWith('?start_key=two')
        ? [row]
        : { status: 200, body: { validations: [], next: '/v1/any?start_key=two' } },
    );
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('does not wait for incomplete rows of another product', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim);
    await listing(() => [{ account_id: claim.accountId, type: 'document-validation', creation_date: 3 }, row]);
    expect(await comingBack(claim)).toMatchObject({ validationId: row.validation_id });
  });

  test('does not take a validation that is bound to another run', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim);
    const { revalidationId } = claimOf();
    await aws.putItem({ pk: `VLD#${row.validation_id}`, revalidationId, deadline: new Date().toISOString() });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
  });

  test('finds a validation that has expired in the meantime: it was created and paid for', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = rowOf(claim, { validation_status: 'failure', failure_status: 'expired' });
    const { asked } = await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(aws, claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('finds a validation in local time that is labelled UTC', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim, { creation_date: new Date(Date.now() - 5 * 3_600_000).toISOString() });
    const { asked } = await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(aws, claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('does not take a validation in local time that is bound to another run', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim, { creation_date: new Date(Date.now() - 5 * 3_600_000).toISOString() });
    const { revalidationId } = claimOf();
    await aws.putItem({ pk: `VLD#${row.validation_id}`, revalidationId, deadline: new Date().toISOString() });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(BLIND);
    expect(await recordOf(aws, claim)).not.toHaveProperty('orphans');
  });

  test('records a validation whose link has expired as an orphan', async ({ aws }) => {
    const claim = await claimed(aws);
    const expires = Math.floor(Date.now() / 1000) + 30;
    const row = withLink(claim, {
      instructions: { file_upload_link: `https://files.truora.com/u/x?Expires=${expires}` },
    });
    await listing(() => [row]);
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(await recordOf(aws, claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test('counts a validation as found when only the first read saw it', async ({ aws }) => {
    const claim = await claimed(aws);
    const row = withLink(claim);
    let looks = 0;
    const { asked } = await listing(() => {
      looks += 1;
      return looks === 1 ? [row] : [];
    });
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await recordOf(aws, claim)).toMatchObject({ orphans: [row.validation_id] });
  });

  test.for<[string, Said | object[], string]>([
    ['cannot be had', { status: 503 }, 'TruoraUncertainError'],
    ['is not there, though the person is enrolled', { status: 404 }, 'TruoraContractError'],
    ['is half a JSON', { status: 200, body: '{"validations":[' }, 'TruoraContractError'],
    ['does not say when a validation was created', [{ creation_date: undefined }], 'TruoraContractError'],
    ['names the person in another form', [{ account_id: 'ACC7f3a' }], 'TruoraContractError'],
  ])('stays open while the list %s, and nothing is created', async ([_, said, name], { aws }) => {
    const claim = await claimed(aws);
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
    expect(await attemptsOf(aws, claim)).toEqual(['1 unconfirmed']);
    expect(await intentOf(aws, claim)).toBeDefined();
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

  test.for(matrix)(
    'that $listed, link: $hasLink, policy $policy, $lag s late, leads to the expected result',
    async ({ listed, hasLink, policy, lag }, { aws }) => {
      process.env.ON_UNRESOLVED = policy;
      const claim = await claimed(aws);
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
      const record = await recordOf(aws, claim);
      const seen = { ending, posts, attempts: await attemptsOf(aws, claim), orphans: record.orphans ?? [] };

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
      expect(orphansCounted(aws)).toBe(seen.orphans.length);
      for (const id of seen.orphans) {
        expect(await aws.item(`VLD#${id}`)).toMatchObject({ revalidationId: claim.revalidationId });
      }
      expect(await intentOf(aws, claim)).toBeUndefined();
    },
  );
});
