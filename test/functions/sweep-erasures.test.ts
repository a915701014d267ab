import { describe, expect } from 'vitest';
import { handler as eraseHandler } from '../../functions/erase-account.ts';
import { handler } from '../../functions/sweep-erasures.ts';
import { readCertificate } from '../../shared/aws/erasure-store.ts';
import type { ErasureAnswer } from '../../shared/domain/erasure.ts';
import { personOf, readTombstone } from '../../shared/ledger/tombstones.ts';
import { dueNow } from '../support/erasure.ts';
import { context, newPerson, newRevalidationId } from '../support/journal.ts';
import { type Asked, type Line, type LocalAws, type Said, standIn } from '../support/local-aws.ts';
import { callEvent, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SweepErasures', { media: true, truora: true });

const closing: (() => Promise<void>)[] = [];

test.beforeEach(async ({ aws }) => {
  process.env.ACCOUNT_CLAIM = 'none';
  process.env.DOCUMENTATION_URL = 'none';
  aws.setDelivery();
  aws.lines.length = 0;
  aws.metrics.length = 0;
  await aws.putItem({ pk: 'GATE#truora' });
});

test.afterEach(async ({ aws }) => {
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  for (const close of closing.splice(0)) await close();
});

type Who = ReturnType<typeof newPerson>;

/** A Truora that has the person's enrollment, and gives this answer to its deletion. */
const truoraThat = async ({ accountId, enrollmentId }: Who, answer: Said) => {
  const line: Line = ({ method }: Asked) =>
    method === 'DELETE'
      ? answer
      : { status: 200, body: { enrollment_id: enrollmentId, account_id: accountId, status: 'success' } };
  const server = await standIn(line);
  closing.push(server.close);
  process.env.TRUORA_ORIGIN = server.origin;
  return server;
};

/** An erasure that has begun, whose last search is due. */
const begun = async (aws: LocalAws, who: Who) => {
  await aws.putItem({ pk: `TICKET#${newRevalidationId()}`, ...who });
  await eraseHandler(callEvent({ path: { accountId: who.accountId } }), context);
  await dueNow(aws, personOf(who.accountId));
};

const stateOf = async ({ accountId }: Who) =>
  contentOf<ErasureAnswer>(await eraseHandler(callEvent({ path: { accountId } }), context));

const failuresOf = (aws: LocalAws) =>
  aws.metrics.flatMap(({ SweepFailures }) => (SweepFailures ? [SweepFailures] : []));

describe('the deletion of the face at Truora', () => {
  test.for([
    ['200', { status: 200, body: '' }],
    ['204', { status: 204, body: '' }],
    ['404', { status: 404, body: { code: 10404, http_code: 404 } }],
  ] as const)('is done when Truora answers %s, and then the erasure is certified', async ([, answer], { aws }) => {
    const who = newPerson();
    await begun(aws, who);
    await truoraThat(who, answer);
    expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
    const state = await stateOf(who);
    expect(state).toMatchObject({ status: 'erased', enrollmentsLeft: 0, erased: { enrollments: 1 } });
    expect(state.certificate).toBeDefined();
  });

  test.for([
    ['401', { status: 401, body: {} }],
    ['403', { status: 403, body: {} }],
    ['500', { status: 500, body: {} }],
    ['a web page', { status: 200, body: '<html></html>' }],
  ] as const)(
    'stays due and is said when Truora answers %s, and is done by a later sweep',
    async ([, answer], { aws }) => {
      const who = newPerson();
      await begun(aws, who);
      await truoraThat(who, answer);
      expect(await handler({}, context)).toEqual({ seen: 1, failed: 1 });
      expect(await stateOf(who)).toMatchObject({ status: 'erasing', enrollmentsLeft: 1, nextAt: expect.any(String) });
      await expect(readCertificate(process.env.ERASURE_BUCKET ?? '', personOf(who.accountId))).rejects.toThrow();
      expect(failuresOf(aws)).toEqual([1]);
      expect(aws.lines.join('\n')).toMatch(/"thrown".*"SweepErasures"|"SweepErasures".*"thrown"/);
      expect(aws.lines.join('\n')).not.toContain(who.accountId);

      await truoraThat(who, { status: 204 });
      await dueNow(aws, personOf(who.accountId));
      expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
      expect(await stateOf(who)).toMatchObject({ status: 'erased' });
    },
  );

  test('waits without a failure when Truora answers 429, and is said when it has waited for a day', async ({ aws }) => {
    const who = newPerson();
    await begun(aws, who);
    await truoraThat(who, { status: 429 });
    expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
    expect(await stateOf(who)).toMatchObject({ status: 'erasing', enrollmentsLeft: 1 });
    const pk = `ERASED#${personOf(who.accountId)}`;
    const requestedAt = new Date(Date.now() - 25 * 3_600_000).toISOString();
    await aws.putItem({ ...(await aws.item(pk)), pk, requestedAt, dueAt: new Date(0).toISOString() });
    expect(await handler({}, context)).toEqual({ seen: 1, failed: 1 });
  });

  test('leaves the enrollment of another account, which a request has named', async ({ aws }) => {
    const [who, another] = [newPerson(), newPerson()];
    await begun(aws, { ...who, enrollmentId: another.enrollmentId });
    const { asked } = await truoraThat(another, { status: 204 });
    expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
    expect(asked.map(({ method }) => method)).toEqual(['GET']);
    expect(await stateOf(who)).toMatchObject({ status: 'erased', erased: { enrollments: 0 } });
  });
});

test('an item that cannot be erased holds up its own person and no other', async ({ aws }) => {
  const [stuck, other] = [newPerson(), newPerson()];
  for (const who of [stuck, other]) await begun(aws, who);
  const ticket = `TICKET#${newRevalidationId()}`;
  await aws.putItem({ pk: ticket, ...stuck });
  await truoraThat(other, { status: 204 });
  aws.setDelivery(({ operation, input }) =>
    operation === 'DeleteItem' && JSON.stringify(input).includes(ticket) ? 'lost' : 'through',
  );
  expect(await handler({}, context)).toEqual({ seen: 1, failed: 1 });
  expect(await stateOf(other)).toMatchObject({ status: 'erased' });
  expect(await readTombstone(aws.table, personOf(stuck.accountId))).toMatchObject({ dueAt: expect.any(String) });
  expect(await aws.item(ticket)).toBeDefined();

  aws.setDelivery();
  await truoraThat(stuck, { status: 204 });
  await dueNow(aws, personOf(stuck.accountId));
  expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
  expect(await stateOf(stuck)).toMatchObject({ status: 'erased' });
  expect(await aws.item(ticket)).toBeUndefined();
});

test('where the deployment signs no evidence, an erasure ends without a certificate', async ({ aws }) => {
  const bucket = process.env.EVIDENCE_BUCKET;
  process.env.EVIDENCE_BUCKET = 'none';
  const who = newPerson();
  await begun(aws, who);
  await truoraThat(who, { status: 204 });
  expect(await handler({}, context)).toEqual({ seen: 1, failed: 0 });
  const state = await stateOf(who);
  process.env.EVIDENCE_BUCKET = bucket;
  // Also after evidence is switched on.
  expect(await stateOf(who)).toEqual(state);
  expect(state).toMatchObject({ status: 'erased', erased: { enrollments: 1 } });
  expect(state).not.toHaveProperty('certificate');
});
