import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandInput,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import { handler } from '../../functions/sweep-ledger.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { memoryLedger } from '../simulation/aws/ledger.ts';
import { BUCKET, claimOf, context, executionOf, inMinutes, newPerson, newValidationId } from '../support/journal.ts';
import { type Line, type LocalAws, standIn } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

/** What one record may take. */
const RECORD_MS = 35_000;

const test = withLocalAws('SweepLedger');

/** Who holds which version, in memory: tens of thousands of writes. All else of the ledger goes over the wire. */
let holds = memoryLedger();

const writing = { now: 0, most: 0 };

const { send } = DynamoDBClient.prototype;

beforeAll(() => {
  Object.assign(DynamoDBClient.prototype, {
    async send(this: DynamoDBClient, command: UpdateItemCommand) {
      const isHold = command instanceof UpdateItemCommand && command.input.Key?.pk?.S?.startsWith('HOLD#');
      if (!isHold) return Reflect.apply(send, this, [command]);
      writing.now += 1;
      writing.most = Math.max(writing.most, writing.now);
      await Promise.resolve();
      writing.now -= 1;
      return holds.operations.UpdateItem(command.input);
    },
  });
});

afterAll(() => void Object.assign(DynamoDBClient.prototype, { send }));

/** A bucket in memory that answers as S3 does: pages of a list, newest first, and deletions of a thousand at most. */
const versions = new Map<string, string[]>();

const s3 = mockClient(S3Client);

let refuse: (input: DeleteObjectsCommandInput) => object | undefined;

test.beforeEach(({ aws }) => {
  versions.clear();
  holds = memoryLedger();
  writing.most = 0;
  aws.lines.length = 0;
  refuse = () => undefined;
  s3.reset();
  s3.on(ListObjectVersionsCommand).callsFake(({ Prefix, MaxKeys = 1000, KeyMarker, VersionIdMarker }) => {
    const all = [...versions]
      .filter(([key]) => key.startsWith(Prefix))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([Key, ids]) => ids.map((VersionId) => ({ Key, VersionId })));
    const from = all.filter(
      ({ Key, VersionId }) => !KeyMarker || Key > KeyMarker || (Key === KeyMarker && VersionId > VersionIdMarker),
    );
    const Versions = from.slice(0, Math.min(MaxKeys, 1000));
    const last = from.length > Versions.length ? Versions.at(-1) : undefined;
    return {
      Versions,
      IsTruncated: last !== undefined,
      NextKeyMarker: last?.Key,
      NextVersionIdMarker: last?.VersionId,
    };
  });
  s3.on(DeleteObjectsCommand).callsFake((input: DeleteObjectsCommandInput) => {
    const { Objects = [] } = input.Delete ?? {};
    if (Objects.length > 1000) throw Object.assign(new Error(), { name: 'MalformedXML' });
    const refused = refuse(input);
    if (refused) return refused;
    const gone = new Set(Objects.map(({ VersionId }) => VersionId));
    for (const { Key = '' } of Objects.slice(0, 1)) {
      versions.set(
        Key,
        (versions.get(Key) ?? []).filter((id) => !gone.has(id)),
      );
    }
    return {};
  });
  s3.on(DeleteObjectCommand).callsFake(({ Key, VersionId }) => {
    versions.set(
      Key,
      (versions.get(Key) ?? []).filter((id) => id !== VersionId),
    );
    return {};
  });
});

afterEach(() => vi.useRealTimers());

afterAll(() => s3.restore());

const sweep = () => handler({}, context);

const itemOf = (aws: LocalAws, revalidationId: string) => aws.item(`RUN#${revalidationId}`);

/** Makes a record due now, in one shard with all others, the longest due first. */
const due = async (aws: LocalAws, revalidationId: string, minutes = -1, more: Record<string, unknown> = {}) => {
  const item = await itemOf(aws, revalidationId);
  await aws.putItem({ ...item, pk: `RUN#${revalidationId}`, shard: 'due#7', dueAt: inMinutes(minutes), ...more });
};

/** A case that ended a day ago, with its media; and a ticket under whose form so many versions more were put. */
const ended = async (aws: LocalAws, uploads = 0, status: 'approved' | 'expired' = 'approved', hours = 25) => {
  const person = newPerson();
  const claim = claimOf(person);
  const { revalidationId, accountId, enrollmentId } = claim;
  const key = `inbox/${accountId}/${enrollmentId}/${revalidationId}.jpg`;
  const media = { ...claim.media, bucket: BUCKET, key, versionId: 'v00000' };
  versions.set(
    key,
    Array.from({ length: uploads + 1 }, (_, n) => `v${String(n).padStart(5, '0')}`),
  );
  await claimRecord(aws.ledger, { ...claim, media }, OURS);
  const outcome: Outcome = {
    revalidationId,
    status,
    accountId,
    enrollmentId,
    validationId: newValidationId(),
    decidedBy: 'workflow',
    decidedAt: inMinutes(-hours * 60),
  };
  await recordOutcome(aws.ledger, outcome, OURS);
  if (uploads > 0) {
    await issueTicket(aws.ledger, {
      revalidationId,
      accountId,
      enrollmentId,
      userAuthorized: true,
      options: {},
      calledBy: 'iam:caller',
      issuedAt: inMinutes(-1),
      upload: { key, type: 'image/jpeg', maxBytes: 10 },
    });
  }
  return { revalidationId, key };
};

const told = { announced: inMinutes(-1) };

describe('a ticket whose holder has put thousands of versions', () => {
  test('delays no other case, and is worked off in slices: 11,500 versions, and ten tickets more', async ({ aws }) => {
    // Here the clock stands, so that no visit ends early and no record is slow.
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    // One visit deletes 5,000: the first, one in the middle, and the last, which ends with a page that is not full.
    const flooded = await ended(aws, 11_500);
    // More than a page each: ten lists go on side by side, which is a whole group of the sweep.
    const small = await Promise.all(Array.from({ length: 10 }, () => ended(aws, 1100)));
    const others = await Promise.all(Array.from({ length: 20 }, () => ended(aws)));
    // The flooded ones come first, so that the others have them in their way.
    for (const { revalidationId } of [flooded, ...small]) await due(aws, revalidationId, -60, told);
    for (const { revalidationId } of others) await due(aws, revalidationId, -1, told);
    expect(await sweep()).toEqual({ seen: 31, failed: 0 });
    for (const { revalidationId, key } of others) {
      expect(await itemOf(aws, revalidationId)).not.toHaveProperty('dueAt');
      expect(versions.get(key)).toEqual([]);
    }
    expect(versions.get(flooded.key)).toHaveLength(6500);
    // Ten at once for each of a group of ten: the ledger's client opens 50 sockets.
    expect(writing.most).toBeLessThanOrEqual(100);

    for (let visit = 2; visit <= 3; visit += 1) {
      const { dueAt } = (await itemOf(aws, flooded.revalidationId)) ?? {};
      expect(String(dueAt) > inMinutes(3)).toBe(true);
      await due(aws, flooded.revalidationId);
      expect(await sweep()).toMatchObject({ failed: 0 });
    }
    for (const { revalidationId, key } of [flooded, ...small]) {
      expect(versions.get(key)).toEqual([]);
      expect(await itemOf(aws, revalidationId)).not.toHaveProperty('dueAt');
    }
    for (const { args } of s3.commandCalls(DeleteObjectsCommand)) {
      expect(args[0].input.Delete?.Objects?.length).toBeLessThanOrEqual(1000);
    }
  });

  test('continues at the next follow-up when the time of one is over, and each deletes some', async ({ aws }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const one = await ended(aws, 3000);
    refuse = () => void vi.setSystemTime(Date.now() + 10_000);
    for (const left of [2000, 1000]) {
      await due(aws, one.revalidationId, -1, told);
      expect(await sweep()).toEqual({ seen: 1, failed: 0 });
      expect(versions.get(one.key)).toHaveLength(left);
      expect(await itemOf(aws, one.revalidationId)).toHaveProperty('dueAt');
    }
  });

  test('loses no version of a key with the same beginning', async ({ aws }) => {
    const one = await ended(aws, 3);
    versions.set(`${one.key}.jpg`, ['v1']);
    await due(aws, one.revalidationId, -1, told);
    await sweep();
    expect(versions.get(one.key)).toEqual([]);
    expect(versions.get(`${one.key}.jpg`)).toEqual(['v1']);
  });

  test.for<[string, () => object]>([
    [
      'a call is lost',
      () => {
        throw Object.assign(new Error('reset'), { name: 'InternalError' });
      },
    ],
    ['S3 keeps one version', () => ({ Errors: [{ Key: 'k', VersionId: 'v', Code: 'AccessDenied' }] })],
  ])('continues where it stopped when %s', async ([_, refusing], { aws }) => {
    const one = await ended(aws, 3000);
    await due(aws, one.revalidationId, -1, told);
    let calls = 0;
    refuse = () => {
      calls += 1;
      return calls === 3 ? refusing() : undefined;
    };
    expect(await sweep()).toEqual({ seen: 1, failed: 1 });
    expect(versions.get(one.key)).toHaveLength(1000);
    expect(await itemOf(aws, one.revalidationId)).toHaveProperty('dueAt');
    await due(aws, one.revalidationId);
    expect(await sweep()).toEqual({ seen: 1, failed: 0 });
    expect(versions.get(one.key)).toEqual([]);
    expect(await itemOf(aws, one.revalidationId)).not.toHaveProperty('dueAt');
  });
});

test('names a record that takes too long, postpones it, and goes on with the others', async ({ aws }) => {
  process.env.HTTP_DEADLINE_SECONDS = '1000';
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // The times of records that are being looked at.
  const looks = new Set<unknown>();
  const { setTimeout: begin, clearTimeout: end } = globalThis;
  vi.stubGlobal('setTimeout', (run: () => void, ms?: number) => {
    const timer = begin(run, ms);
    if (ms === RECORD_MS) looks.add(timer);
    return timer;
  });
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    looks.delete(timer);
    end(timer);
  });
  let others: { revalidationId: string }[] = [];
  const left = async () => {
    const items = await Promise.all(others.map(({ revalidationId }) => itemOf(aws, revalidationId)));
    return items.filter((item) => item?.dueAt !== undefined).length;
  };
  const hangs: Line = () => {
    // Its group of ten is through but for this one; then the time that one record may take is over.
    const wait = async () => {
      while ((await left()) > 6 || looks.size > 1) await new Promise((soon) => setImmediate(soon));
      vi.advanceTimersByTime(RECORD_MS);
    };
    void wait();
    return 'hang';
  };
  const truora = await standIn(hangs);
  process.env.TRUORA_ORIGIN = truora.origin;
  try {
    const slow = await ended(aws, 0, 'expired', 8);
    others = await Promise.all(Array.from({ length: 15 }, () => ended(aws)));
    await due(aws, slow.revalidationId, -60, told);
    for (const { revalidationId } of others) await due(aws, revalidationId, -1, told);
    expect(await sweep()).toEqual({ seen: 16, failed: 1 });
    expect(truora.asked).toHaveLength(1);
    expect(aws.lines.join()).toContain('SlowRecordError');
    expect(await left()).toBe(0);
    expect(String((await itemOf(aws, slow.revalidationId))?.dueAt) > inMinutes(3)).toBe(true);
  } finally {
    vi.unstubAllGlobals();
    await truora.close();
  }
});
