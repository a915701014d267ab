import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { handler } from '../../functions/sweep-inbox.ts';
import { s3 } from '../../shared/aws/clients.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { storeWalk } from '../../shared/ledger/sweep-position.ts';
import { enterDrop, issueTicket } from '../../shared/ledger/tickets.ts';
import { BUCKET, dropOf, newPerson, newRevalidationId, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SweepInbox', { media: true });

let puts: { key: string; etag: string; versionId: string }[] = [];

test.beforeEach(({ aws }) => {
  // Old enough at once; a test that needs an age sets it.
  process.env.UNCLAIMED_MINUTES = '0';
  aws.setDelivery();
  for (const list of [aws.started, aws.metrics, aws.calls, aws.lines]) list.length = 0;
});

test.beforeEach(({ aws }) => aws.putItem({ pk: 'SWEEP#inbox' }));

test.afterEach(async () => {
  const Objects = puts.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
  if (Objects.length > 0) await s3().send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
  puts = [];
});

const put = async (aws: LocalAws, key: string, bytes = 'selfie') => {
  const one = await aws.put(key, bytes);
  puts.push(one);
  return one;
};

const drop = async (aws: LocalAws, name = 'selfie.jpg') => {
  const { accountId, enrollmentId } = newPerson();
  const one = await put(aws, `inbox/${accountId}/${enrollmentId}/${name}`);
  return { ...one, id: revalidationIdOf({ accountId, bucket: BUCKET, key: one.key, version: one.versionId }) };
};

const ticket = async (aws: LocalAws) => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  const issued = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, issued);
  return { id: issued.revalidationId, key: issued.upload?.key ?? '' };
};

/** Less than a batch may take. */
const SHORT = 20_000;

/** Drops that one batch looks up (media-store.ts). One more is the least that a second batch has to continue with. */
const BATCH = 100;

/** Lets S3 list so few at once, until the test is over; 1,000 without a word. */
const listing = (MaxKeys: number) => {
  const name = 'short-pages';
  s3().middlewareStack.add(
    (next, { commandName }) =>
      ({ input, ...rest }) =>
        next({ ...rest, input: commandName === 'ListObjectVersionsCommand' ? { ...input, MaxKeys } : input }),
    { name, step: 'initialize' },
  );
  onTestFinished(() => void s3().middlewareStack.remove(name));
};

const sweep = (remainingMs = 60_000) =>
  handler({ source: 'aws.events' }, { getRemainingTimeInMillis: () => remainingMs } as Context);

const inputs = (aws: LocalAws) => aws.started.map(({ input }) => input);

const counted = (aws: LocalAws) => aws.metrics.flatMap(({ UnclaimedDrops }) => UnclaimedDrops ?? []);

const record = (aws: LocalAws, id: string, more: object = {}) =>
  aws.putItem({ pk: `RUN#${id}`, revalidationId: id, expiresAt: Date.now(), ...more });

describe('a drop without a record', () => {
  test('starts it with the input of the rule, under a name that the drop decides', async ({ aws }) => {
    const { id, ...one } = await drop(aws);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    expect(aws.started).toEqual([{ name: `sweep-${id}-0`, input: { request: dropOf(one) } }]);
    expect(counted(aws)).toEqual([1]);
  });

  test.for(['José Núñez (1).mp4', 'a+b%2B c.jpg', '","kind":"call.jpg', '\u0000\u001b\n.jpg', '\u{1f600}.jpg'])(
    'starts it under its own key: %j',
    async (name, { aws }) => {
      const { id: _, ...one } = await drop(aws, name);
      await sweep();
      expect(inputs(aws)).toEqual([{ request: dropOf(one) }]);
    },
  );

  test.for(['inbox/', 'inbox/unreadable.jpg', 'inbox/../x/face.jpg'])(
    'starts it when its key cannot be read, so that it is refused: %s',
    async (key, { aws }) => {
      const one = await put(aws, key);
      await sweep();
      expect(inputs(aws)).toEqual([{ request: dropOf(one) }]);
    },
  );

  test('starts it in each of its versions', async ({ aws }) => {
    const one = await drop(aws);
    const two = await put(aws, one.key, 'another');
    const { id: _, ...first } = one;
    await record(aws, one.id);
    await sweep();
    expect(inputs(aws)).toEqual([{ request: dropOf(two) }]);
    expect(first.versionId).not.toBe(two.versionId);
  });

  test('does not start it after a deletion, in none of its versions', async ({ aws }) => {
    const one = await drop(aws);
    await put(aws, one.key, 'another');
    const marker = await aws.remove(one.key);
    await sweep();
    expect(inputs(aws)).toEqual([]);
    await aws.remove(one.key, marker);
    await sweep();
    expect(inputs(aws)).toHaveLength(2);
  });

  test('does not start it when the walk continues between the deletion and the version', async ({ aws }) => {
    const one = await drop(aws);
    const marker = (await aws.remove(one.key)) ?? '';
    const place = { key: one.key, versionId: marker, deletedAt: Date.now() };
    await storeWalk(aws.table, { place, isWhole: true });
    await sweep();
    expect(inputs(aws)).toEqual([]);
    await aws.remove(one.key, marker);
  });

  test('does not start a copy of a claimed version', async ({ aws }) => {
    const one = await drop(aws);
    const copy = await put(aws, one.key);
    await record(aws, one.id, { copies: new Set([copy.versionId]) });
    await sweep();
    expect(inputs(aws)).toEqual([]);
  });

  test('does not start it while its event may still come', async ({ aws }) => {
    process.env.UNCLAIMED_MINUTES = '15';
    await drop(aws);
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    expect(inputs(aws)).toEqual([]);
    expect(counted(aws)).toEqual([0]);
  });

  test('counts it while it has no record, and starts it once', async ({ aws }) => {
    await drop(aws);
    await sweep();
    await sweep();
    expect(aws.started).toHaveLength(1);
    expect(counted(aws)).toEqual([1, 1]);
  });

  test('starts it once in two concurrent sweeps', async ({ aws }) => {
    await Promise.all([drop(aws), drop(aws), drop(aws)]);
    await Promise.all([sweep(), sweep()]);
    expect(aws.started).toHaveLength(3);
  });

  test('leaves it to the next sweep when it cannot be started, and goes on with the others', async ({ aws }) => {
    await Promise.all([drop(aws), drop(aws), drop(aws)]);
    let starts = 0;
    aws.setDelivery(({ operation }) => {
      if (operation !== 'StartExecution') return 'through';
      starts += 1;
      return starts === 2 ? 'lost' : 'through';
    });
    expect(await sweep()).toEqual({ seen: 3, failed: 1 });
    expect(aws.started).toHaveLength(2);
    expect(aws.lines.join()).toContain('"step":"SweepInbox","revalidationId":"RVL');
    aws.setDelivery();
    expect(await sweep()).toEqual({ seen: 3, failed: 0 });
    expect(aws.started).toHaveLength(3);
  });
});

describe('a drop that came hours ago', () => {
  /** The clock goes on, and the drops of the test become older. */
  const HOURS = 3 * 3_600_000;

  test.beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });

  test.afterEach(() => {
    vi.useRealTimers();
  });

  const reads = (aws: LocalAws) => aws.calls.filter(({ operation }) => operation === 'BatchGetItem').length;

  test('is looked up once an hour, and a recent one at each sweep', async ({ aws }) => {
    const { id } = await drop(aws);
    await record(aws, id, { expiresAt: 4_000_000_000 });
    vi.setSystemTime(Date.now() + HOURS);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    aws.calls.length = 0;
    for (let minutes = 5; minutes < 60; minutes += 5) {
      vi.setSystemTime(Date.now() + 300_000);
      expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    }
    expect(reads(aws)).toBe(0);
    vi.setSystemTime(Date.now() + 300_000);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  });

  test('is started by the next whole sweep, and counted by each sweep until it has a case', async ({ aws }) => {
    await drop(aws);
    await aws.putItem({ pk: 'SWEEP#inbox', wholeAt: new Date(Date.now() + HOURS - 1_800_000).toISOString() });
    vi.setSystemTime(Date.now() + HOURS);
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    vi.setSystemTime(Date.now() + 1_800_000);
    aws.setDelivery(({ operation }) => (operation === 'StartExecution' ? 'lost' : 'through'));
    expect(await sweep()).toEqual({ seen: 1, failed: 1 });
    aws.setDelivery();
    vi.setSystemTime(Date.now() + 300_000);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    expect(aws.started).toHaveLength(1);
    expect(counted(aws)).toEqual([0, 1, 1]);
  });

  test('is looked up by a whole sweep that continues where its time ran out', async ({ aws }) => {
    for (let n = 0; n <= BATCH; n += 1) await record(aws, (await drop(aws)).id, { expiresAt: 4_000_000_000 });
    vi.setSystemTime(Date.now() + HOURS);
    expect(await sweep(SHORT)).toEqual({ seen: BATCH, failed: 0 });
    expect(await sweep(SHORT)).toEqual({ seen: 1, failed: 0 });
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  test('is looked up again when a whole sweep has failed', async ({ aws }) => {
    const { id } = await drop(aws);
    await record(aws, id, { expiresAt: 4_000_000_000 });
    vi.setSystemTime(Date.now() + HOURS);
    aws.setDelivery(({ operation }) => (operation === 'BatchGetItem' ? 'lost' : 'through'));
    await thrownBy(sweep());
    aws.setDelivery();
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
  });
});

describe('objects that are never started', () => {
  test.for(['claimed', 'approved', 'refused', 'failed', 'canceled'])(
    'skips a drop with a record: %s',
    async (phase, { aws }) => {
      const { id } = await drop(aws);
      await record(aws, id, { phase });
      await sweep();
      expect([inputs(aws), counted(aws)]).toEqual([[], [0]]);
    },
  );

  test('skips a delete marker, and a version that is gone', async ({ aws }) => {
    const { key, versionId } = await drop(aws);
    puts.push({ key, etag: '', versionId: (await aws.remove(key)) ?? '' });
    await aws.remove(key, versionId);
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  test('skips objects outside of the inbox', async ({ aws }) => {
    await put(aws, 'media/face.jpg');
    await put(aws, 'inboxes/a/b/c.jpg');
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  test('skips an upload that was recorded under its ticket after another', async ({ aws }) => {
    const { id, key } = await ticket(aws);
    const [one, two] = [await put(aws, key, 'one'), await put(aws, key, 'two')];
    for (const { versionId } of [one, two]) await enterDrop(aws.table, key, versionId);
    await record(aws, id);
    await sweep();
    expect(inputs(aws)).toEqual([]);
  });
});

describe('an upload under a ticket', () => {
  test('starts it when its event was lost', async ({ aws }) => {
    const { key } = await ticket(aws);
    const one = await put(aws, key);
    await sweep();
    expect(inputs(aws)).toEqual([{ request: dropOf(one) }]);
  });

  test('starts it again when it was recorded and never claimed', async ({ aws }) => {
    const { key } = await ticket(aws);
    const one = await put(aws, key);
    await enterDrop(aws.table, key, one.versionId);
    await sweep();
    expect(inputs(aws)).toEqual([{ request: dropOf(one) }]);
  });

  test('starts a later upload, so that it is recorded as a repeat', async ({ aws }) => {
    const { id, key } = await ticket(aws);
    const [one, two] = [await put(aws, key, 'one'), await put(aws, key, 'two')];
    await enterDrop(aws.table, key, one.versionId);
    await record(aws, id);
    await sweep();
    expect(inputs(aws)).toEqual([{ request: dropOf(two) }]);
  });
});

describe('a sweep', () => {
  test('emits zeros when there is nothing to do', async ({ aws }) => {
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    expect(counted(aws)).toEqual([0]);
  });

  test('continues where the last one ran out of time, and then starts again at the beginning', async ({ aws }) => {
    // A walk that begins at the beginning, one that continues and ends before the end, and one that continues to the end.
    const all = await Promise.all(Array.from({ length: 2 * BATCH + 1 }, () => drop(aws)));
    expect(await sweep(SHORT)).toEqual({ seen: BATCH, failed: 0 });
    expect(await aws.item('SWEEP#inbox')).toHaveProperty('place');
    expect(await sweep(SHORT)).toEqual({ seen: BATCH, failed: 0 });
    expect(await sweep(SHORT)).toEqual({ seen: 1, failed: 0 });
    expect(aws.started).toHaveLength(all.length);
    expect(new Set(aws.started.map(({ name }) => name))).toEqual(new Set(all.map(({ id }) => `sweep-${id}-0`)));
    expect(await aws.item('SWEEP#inbox')).not.toHaveProperty('place');
    expect(await sweep(60_000)).toEqual({ seen: all.length, failed: 0 });
  });

  test('continues behind a version that is gone, and between the versions of one key', async ({ aws }) => {
    const { key } = await drop(aws);
    for (let n = 1; n <= BATCH; n += 1) await put(aws, key, `put ${n}`);
    await sweep(SHORT);
    const { place } = (await aws.item('SWEEP#inbox')) as { place: { key: string; versionId: string } };
    expect(place.key).toBe(key);
    await aws.remove(key, place.versionId);
    expect(await sweep(SHORT)).toEqual({ seen: 1, failed: 0 });
    expect(aws.started).toHaveLength(BATCH + 1);
  });

  test('reads each version of a list of several pages, of which each has several batches', async ({ aws }) => {
    listing(BATCH + 1);
    const { key } = await drop(aws);
    // Two pages, and a part of the third. How long a page is changes nothing about how the next one is asked for.
    const all = 2 * (BATCH + 1) + 3;
    for (let n = 1; n < all; n += 1) await put(aws, key, `put ${n}`);
    expect(await sweep()).toEqual({ seen: all, failed: 0 });
    expect(aws.started).toHaveLength(all);
    expect(counted(aws)).toEqual([all]);
  });

  test('fails when the ledger cannot be read, emits what it found until then, and the next starts again', async ({
    aws,
  }) => {
    await Promise.all(Array.from({ length: BATCH + 1 }, () => drop(aws)));
    await sweep(SHORT);
    let batches = 0;
    aws.setDelivery(({ operation }) => {
      if (operation === 'BatchGetItem') batches += 1;
      return operation === 'BatchGetItem' ? 'lost' : 'through';
    });
    expect(await thrownBy(sweep())).toMatchObject({ name: 'LostOnTheWay' });
    expect(batches).toBe(1);
    expect(counted(aws)).toEqual([BATCH, 0]);
    aws.setDelivery();
    expect(await sweep()).toEqual({ seen: BATCH + 1, failed: 0 });
    expect(aws.started).toHaveLength(BATCH + 1);
  });
});
