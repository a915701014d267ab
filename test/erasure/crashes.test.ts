import { describe, expect } from 'vitest';
import { handler as eraseHandler } from '../../functions/erase-account.ts';
import { handler as sweepHandler } from '../../functions/sweep-erasures.ts';
import { s3 } from '../../shared/aws/clients.ts';
import { enterCase } from '../../shared/consent/receipts.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import { given, TEXT_HASH } from '../support/consent.ts';
import { dueNow, putItems, versionsUnder } from '../support/erasure.ts';
import { BUCKET, context, executionOf } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { callEvent } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SweepErasures', { media: true, truora: true });

/** Writes that are let through before the process is killed; all by default. */
let lives = Number.POSITIVE_INFINITY;

let writes = 0;

/** A kill: this write, and every call after it, comes from a process that is no more. */
const isAlive = () => writes < lives;

test.beforeAll(({ aws }) => {
  process.env.ACCOUNT_CLAIM = 'none';
  process.env.DOCUMENTATION_URL = 'none';
  aws.setDelivery(({ operation }) => {
    if (/^(Put|Update|Delete|Stop)/.test(operation)) writes += 1;
    return isAlive() ? 'through' : 'lost';
  });
  s3().middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (/^(Put|Delete)/.test(commandName ?? '')) writes += 1;
        if (!isAlive()) throw new Error('killed');
        return next(args);
      },
    { step: 'initialize' },
  );
});

test.beforeEach(() => {
  lives = Number.POSITIVE_INFINITY;
  writes = 0;
});

const person = (n: number) => ({ accountId: `canary-${n}`, enrollmentId: `ENR-canary-${n}` });

/** An open case with media, a ticket, an idempotency key, an intent, and what belongs to its validation. */
const stand = async (aws: LocalAws, who: ReturnType<typeof person>) => {
  await aws.enroll(who);
  const { accountId, enrollmentId } = who;
  const media = await aws.put(`inbox/${accountId}/${enrollmentId}/a.jpg`, `face of ${accountId}`);
  await aws.put(`media/${accountId}/b.jpg`, `face of ${accountId}`);
  const revalidationId = newRevalidationId();
  const claimedAt = new Date().toISOString();
  const validationId = `VLD-${accountId}`;
  const record = {
    pk: `RUN#${revalidationId}`,
    revalidationId,
    accountId,
    enrollmentId,
    owner: executionOf(accountId),
    phase: 'moved',
    claimedAt,
    validationId,
    attempts: [{ n: 1, at: claimedAt, result: 'created', validationId }],
    trail: [{ phase: 'claimed', at: claimedAt }],
    reference: `of ${accountId}`,
    media: {
      bucket: BUCKET,
      key: media.key,
      versionId: media.versionId,
      etag: media.etag,
      bytes: 20,
      type: 'image/jpeg',
    },
    shard: 'due#0',
    dueAt: claimedAt,
    expiresAt: 4_000_000_000,
  };
  await putItems(aws, [
    record,
    { pk: `TICKET#${newRevalidationId()}`, accountId, enrollmentId },
    { pk: `KEY#x#${accountId}`, person: personOf(accountId) },
    { pk: `ACC#${accountId}`, revalidationId },
    { pk: `VLD#${validationId}`, revalidationId },
    { pk: `WAIT#${validationId}`, taskToken: 'token' },
  ]);
  const { receiptId } = await given(aws, { accountId, channel: accountId });
  await enterCase(aws.table, receiptId, revalidationId);
  return revalidationId;
};

const erase = (accountId: string) => eraseHandler(callEvent({ path: { accountId } }), context);

const attempt = async (work: () => Promise<unknown>) => {
  await work().catch(() => undefined);
};

/** What there is of a person, and what there must be, by one look at the table and one at the media. */
const look = async (aws: LocalAws, { accountId }: { accountId: string }, revalidationId: string) => {
  const items = await aws.items();
  const media = (await versionsUnder('')).filter((key) => key.includes(`/${accountId}/`));
  const person = personOf(accountId);
  return {
    left: [...items.filter((item) => JSON.stringify(item).includes(accountId)).map(({ pk }) => pk), ...media],
    receipts: items.filter(({ pk, person: of }) => String(pk).startsWith('CNS#') && of === person),
    tombstone: items.find(({ pk }) => pk === `ERASED#${person}`),
    record: items.find(({ pk }) => pk === `RUN#${revalidationId}`),
  };
};

/** What the erasure of a whole case writes, with its certificate: counted below, so that exactly each write is met. */
const WRITES = 43;

describe('an erasure', () => {
  test('of a person leaves nothing, in one call and one sweep', async ({ aws }) => {
    const who = person(0);
    const id = await stand(aws, who);
    writes = 0;
    await erase(who.accountId);
    await sweepHandler({}, context);
    expect(writes).toBe(WRITES);
    const { left, receipts, tombstone, record } = await look(aws, who, id);
    expect(tombstone).toMatchObject({
      finishedAt: expect.any(String),
      canceled: 1,
      records: 1,
      consents: 1,
      enrollments: 1,
    });
    expect(left).toEqual([]);
    // Hashes and dates prove that there was consent.
    expect(receipts).toEqual([
      {
        pk: expect.stringMatching(/^CNS#CNS[0-9a-f]{32}$/),
        receiptId: expect.stringMatching(/^CNS[0-9a-f]{32}$/),
        textSha256: TEXT_HASH,
        givenAt: expect.any(String),
        validUntil: expect.any(String),
        person: personOf(who.accountId),
        erasedAt: expect.any(String),
        expiresAt: expect.any(Number),
      },
    ]);
    expect(record).toMatchObject({ phase: 'canceled', validationId: 'erased-0' });
    expect(aws.announced.filter(({ detail }) => JSON.stringify(detail).includes(id))).toHaveLength(1);
    expect(aws.stopped).toContain(executionOf(who.accountId));
  });

  test.for(Array.from({ length: WRITES }, (_, n) => n + 1))(
    'killed at write %i of the erasure, it goes on and ends the same',
    async (n, { aws }) => {
      const who = person(n);
      const id = await stand(aws, who);
      writes = 0;
      lives = n;
      await attempt(() => erase(who.accountId));
      await attempt(() => sweepHandler({}, context));
      expect(writes).toBeGreaterThanOrEqual(n);
      lives = Number.POSITIVE_INFINITY;
      // The caller asks once more, and one more sweep ends it.
      await erase(who.accountId);
      await dueNow(aws, personOf(who.accountId));
      await sweepHandler({}, context);
      const { left, receipts, tombstone, record } = await look(aws, who, id);
      expect(tombstone).toMatchObject({ finishedAt: expect.any(String) });
      expect(left).toEqual([]);
      expect(aws.announced.filter(({ detail }) => JSON.stringify(detail).includes(id)).length).toBeGreaterThan(0);
      expect(aws.stopped).toContain(executionOf(who.accountId));
      expect(record?.phase).toBe('canceled');
      expect(receipts).toHaveLength(1);
    },
  );
});
