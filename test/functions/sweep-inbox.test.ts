import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/sweep-inbox.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { storeSweepPosition } from '../../shared/ledger/sweep-position.ts';
import { enterDrop, issueTicket } from '../../shared/ledger/tickets.ts';
import { BUCKET, dropOf, newPerson, newRevalidationId, thrownBy } from '../support/journal.ts';
import { type LocalAws, openLocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('SweepInbox', { media: true });
});

afterAll(() => aws.close());

let puts: { key: string; etag: string; versionId: string }[] = [];

beforeEach(() => {
  // Old enough at once; whoever waits for age sets it.
  process.env.UNCLAIMED_MINUTES = '0';
  aws.setDelivery();
  for (const list of [aws.started, aws.metrics, aws.calls, aws.lines]) list.length = 0;
});

afterEach(async () => {
  for (const { key, versionId } of puts) await aws.remove(key, versionId);
  puts = [];
});

const put = async (key: string, bytes = 'selfie') => {
  const one = await aws.put(key, bytes);
  puts.push(one);
  return one;
};

const drop = async (name = 'selfie.jpg') => {
  const { accountId, enrollmentId } = newPerson();
  const one = await put(`inbox/${accountId}/${enrollmentId}/${name}`);
  return { ...one, id: revalidationIdOf({ accountId, bucket: BUCKET, key: one.key, version: one.versionId }) };
};

const ticket = async () => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  const issued = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, issued);
  return { id: issued.revalidationId, key: issued.upload?.key ?? '' };
};

/** Less than a batch may take. */
const SHORT = 20_000;

const sweep = (remainingMs = 60_000) =>
  handler({ source: 'aws.events' }, { getRemainingTimeInMillis: () => remainingMs } as Context);

const inputs = () => aws.started.map(({ input }) => input);

const counted = () => aws.metrics.flatMap(({ UnclaimedDrops }) => UnclaimedDrops ?? []);

const record = (id: string, more: object = {}) =>
  aws.putItem({ pk: `RUN#${id}`, revalidationId: id, expiresAt: Date.now(), ...more });

describe('a drop that nothing has claimed', () => {
  it('is started with what the rule would have given, under a name that the drop decides', async () => {
    const { id, ...one } = await drop();
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    expect(aws.started).toEqual([{ name: `sweep-${id}-0`, input: { request: dropOf(one) } }]);
    expect(counted()).toEqual([1]);
  });

  it.each(['José Núñez (1).mp4', 'a+b%2B c.jpg', '","kind":"call.jpg', '\u0000\u001b\n.jpg', '\u{1f600}.jpg'])(
    'is started under its own key: %j',
    async (name) => {
      const { id: _, ...one } = await drop(name);
      await sweep();
      expect(inputs()).toEqual([{ request: dropOf(one) }]);
    },
  );

  it.each(['inbox/', 'inbox/nobody.jpg', 'inbox/../x/face.jpg'])(
    'is started to be refused when its key cannot be read: %s',
    async (key) => {
      const one = await put(key);
      await sweep();
      expect(inputs()).toEqual([{ request: dropOf(one) }]);
    },
  );

  it('is started in each of its versions', async () => {
    const one = await drop();
    const two = await put(one.key, 'another');
    const { id: _, ...first } = one;
    await record(one.id);
    await sweep();
    expect(inputs()).toEqual([{ request: dropOf(two) }]);
    expect(first.versionId).not.toBe(two.versionId);
  });

  it('is not started once it was withdrawn by a deletion, in none of its versions', async () => {
    const one = await drop();
    await put(one.key, 'another');
    const marker = await aws.remove(one.key);
    await sweep();
    expect(inputs()).toEqual([]);
    await aws.remove(one.key, marker);
    await sweep();
    expect(inputs()).toHaveLength(2);
  });

  it('is not started either when the walk goes on between the deletion and the version', async () => {
    const one = await drop();
    const marker = (await aws.remove(one.key)) ?? '';
    await storeSweepPosition(aws.table, { key: one.key, versionId: marker, deletedAt: Date.now() });
    await sweep();
    expect(inputs()).toEqual([]);
    await aws.remove(one.key, marker);
  });

  it('is not started as a copy of one that was claimed', async () => {
    const one = await drop();
    const copy = await put(one.key);
    await record(one.id, { copies: new Set([copy.versionId]) });
    await sweep();
    expect(inputs()).toEqual([]);
  });

  it('is left alone while its event may still come', async () => {
    process.env.UNCLAIMED_MINUTES = '15';
    await drop();
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    expect(inputs()).toEqual([]);
    expect(counted()).toEqual([0]);
  });

  it('is counted for as long as it has no record, and started once', async () => {
    await drop();
    await sweep();
    await sweep();
    expect(aws.started).toHaveLength(1);
    expect(counted()).toEqual([1, 1]);
  });

  it('is started once by two sweeps at once', async () => {
    await Promise.all([drop(), drop(), drop()]);
    await Promise.all([sweep(), sweep()]);
    expect(aws.started).toHaveLength(3);
  });

  it('that cannot be started is left for the next sweep, and holds up no other', async () => {
    await Promise.all([drop(), drop(), drop()]);
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

describe('what is never started', () => {
  it.each(['claimed', 'approved', 'refused', 'failed', 'canceled'])('a drop with a record: %s', async (phase) => {
    const { id } = await drop();
    await record(id, { phase });
    await sweep();
    expect([inputs(), counted()]).toEqual([[], [0]]);
  });

  it('a delete marker, and a version that is gone', async () => {
    const { key, versionId } = await drop();
    puts.push({ key, etag: '', versionId: (await aws.remove(key)) ?? '' });
    await aws.remove(key, versionId);
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  it('what lies outside of the inbox', async () => {
    await put('media/face.jpg');
    await put('inboxes/a/b/c.jpg');
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
  });

  it('an upload that was entered under its ticket after another', async () => {
    const { id, key } = await ticket();
    const [one, two] = [await put(key, 'one'), await put(key, 'two')];
    for (const { versionId } of [one, two]) await enterDrop(aws.table, key, versionId);
    await record(id);
    await sweep();
    expect(inputs()).toEqual([]);
  });
});

describe('an upload under a ticket', () => {
  it('whose event was lost is started', async () => {
    const { key } = await ticket();
    const one = await put(key);
    await sweep();
    expect(inputs()).toEqual([{ request: dropOf(one) }]);
  });

  it('that was entered and never claimed is started again', async () => {
    const { key } = await ticket();
    const one = await put(key);
    await enterDrop(aws.table, key, one.versionId);
    await sweep();
    expect(inputs()).toEqual([{ request: dropOf(one) }]);
  });

  it('that came later is started to be entered as a repeat', async () => {
    const { id, key } = await ticket();
    const [one, two] = [await put(key, 'one'), await put(key, 'two')];
    await enterDrop(aws.table, key, one.versionId);
    await record(id);
    await sweep();
    expect(inputs()).toEqual([{ request: dropOf(two) }]);
  });
});

describe('a sweep', () => {
  it('that has nothing to do says so', async () => {
    expect(await sweep()).toEqual({ seen: 0, failed: 0 });
    expect(counted()).toEqual([0]);
  });

  it('that runs out of time goes on where it was, and then begins anew', async () => {
    const all = await Promise.all(Array.from({ length: 250 }, () => drop()));
    expect(await sweep(SHORT)).toEqual({ seen: 100, failed: 0 });
    expect(await aws.item('SWEEP#inbox')).toHaveProperty('place');
    expect(await sweep(SHORT)).toEqual({ seen: 100, failed: 0 });
    expect(await sweep(SHORT)).toEqual({ seen: 50, failed: 0 });
    expect(aws.started).toHaveLength(250);
    expect(new Set(aws.started.map(({ name }) => name))).toEqual(new Set(all.map(({ id }) => `sweep-${id}-0`)));
    expect(await aws.item('SWEEP#inbox')).not.toHaveProperty('place');
    expect(await sweep(60_000)).toEqual({ seen: 250, failed: 0 });
  });

  it('goes on behind a version that is gone meanwhile, and between the versions of one key', async () => {
    const { key } = await drop();
    for (let n = 1; n < 150; n += 1) await put(key, `put ${n}`);
    await sweep(SHORT);
    const { place } = (await aws.item('SWEEP#inbox')) as { place: { key: string; versionId: string } };
    expect(place.key).toBe(key);
    await aws.remove(key, place.versionId);
    expect(await sweep(SHORT)).toEqual({ seen: 50, failed: 0 });
    expect(aws.started).toHaveLength(150);
  });

  it('sees each of 1,005 versions', async () => {
    const { key } = await drop();
    for (let n = 1; n < 1005; n += 1) await put(key, `put ${n}`);
    expect(await sweep()).toEqual({ seen: 1005, failed: 0 });
    expect(aws.started).toHaveLength(1005);
    expect(counted()).toEqual([1005]);
  });

  it('whose ledger cannot be read fails, tells what it found by then, and the next begins anew', async () => {
    await Promise.all(Array.from({ length: 150 }, () => drop()));
    await sweep(SHORT);
    let batches = 0;
    aws.setDelivery(({ operation }) => {
      if (operation === 'BatchGetItem') batches += 1;
      return operation === 'BatchGetItem' ? 'lost' : 'through';
    });
    expect(await thrownBy(sweep())).toMatchObject({ name: 'LostOnTheWay' });
    expect(batches).toBe(1);
    expect(counted()).toEqual([100, 0]);
    aws.setDelivery();
    expect(await sweep()).toEqual({ seen: 150, failed: 0 });
    expect(aws.started).toHaveLength(150);
  });
});
