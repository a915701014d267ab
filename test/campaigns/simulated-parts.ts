import { Readable } from 'node:stream';
import type { Execution, Machine } from '../../infra/local/state-machine.ts';
import { chanceOf } from '../simulation/virtual/chance.ts';
import { clock } from '../simulation/virtual/clock.ts';

/** The machine of cases. */
export const MAIN = 'arn:aws:states:us-east-1:000000000000:stateMachine:face';

/** Objects in memory, by key. */
export const memoryObjects = () => {
  const objects = new Map<string, Buffer>();
  const missing = () =>
    Object.assign(new Error('NoSuchKey'), { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  const operations: Record<string, (input: Record<string, unknown>) => unknown> = {
    HeadObject: ({ Key }) => {
      const found = objects.get(String(Key));
      if (!found) throw missing();
      return { VersionId: 'v1', ContentLength: found.length };
    },
    GetObject: ({ Key }) => {
      const found = objects.get(String(Key));
      if (!found) throw missing();
      // In chunks, as a network gives it.
      const chunks = Array.from({ length: Math.ceil(found.length / 65_536) }, (_, n) =>
        found.subarray(n * 65_536, (n + 1) * 65_536),
      );
      return { Body: Readable.from(chunks, { objectMode: false }) };
    },
    PutObject: async ({ Key, Body }) => {
      // `buffer` of `node:stream/consumers` waits in ways that the driver cannot see, so that time would pass meanwhile.
      const chunks: Buffer[] = [];
      if (typeof Body === 'string') chunks.push(Buffer.from(Body));
      else for await (const chunk of Body as Readable) chunks.push(chunk);
      objects.set(String(Key), Buffer.concat(chunks));
      return {};
    },
  };
  return { objects, operations };
};

/** The machine of cases, as far as a campaign sees it: a key is charged once, and a repeat gets the first outcome. */
export const casesOf = (
  plan: { seed: number; limit: number },
  throttleNow: () => { notBefore?: string },
  backOff: (until: string) => void,
  onClaim: (key: string) => void,
) => {
  const chance = chanceOf(plan.seed);
  const cases = new Map<string, { charges: number; ended: Promise<Execution>; isOver: boolean }>();
  const counts = { starts: 0, throttled: 0 };
  let tokens = plan.limit;
  let filledAt = Date.now();
  const later = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const mayCreate = (): boolean => {
    const now = Date.now();
    tokens = Math.min(Math.max(1, plan.limit), tokens + ((now - filledAt) * plan.limit) / 1000);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };

  const run = async (key: string, execution: Execution): Promise<Execution> => {
    const one = cases.get(key);
    await later(chance.whole(300, 1500));
    // As the machine's own retry of a throttle: 5 s growing to 60 s, with full jitter.
    for (let n = 0; ; n += 1) {
      const { notBefore } = throttleNow();
      const isWaiting = Date.parse(String(notBefore)) > Date.now();
      if (!isWaiting && mayCreate()) break;
      if (!isWaiting) {
        counts.throttled += 1;
        backOff(new Date(Date.now() + 2000).toISOString());
      }
      await later(chance.whole(1, 1000 * Math.min(60, 5 * 1.5 ** n)));
    }
    if (one) one.charges += 1;
    await later(chance.whole(3000, 30_000));
    const luck = chance.whole(1, 100);
    if (luck === 1)
      Object.assign(execution, {
        status: 'FAILED',
        error: 'RevalidationFailedError',
        cause: 'truora_unreachable_at_deadline',
      });
    else {
      const status = luck < 6 ? 'declined' : luck < 8 ? 'expired' : 'approved';
      const reason = {
        declined: 'similarity_threshold_not_passed',
        expired: 'input_file_not_uploaded',
        approved: undefined,
      }[status];
      Object.assign(execution, {
        status: 'SUCCEEDED',
        output: { status, reason, revalidationId: `RVL${'0'.repeat(32)}` },
      });
    }
    if (one) one.isOver = true;
    return execution;
  };

  const machine = {
    arn: MAIN,
    start: (input: unknown): Execution => {
      counts.starts += 1;
      const { request } = input as { request: { idempotencyKey: string } };
      const key = request.idempotencyKey;
      const executionArn = `${MAIN.replace(':stateMachine:', ':execution:')}:${counts.starts}`;
      const execution: Execution = {
        executionArn,
        status: 'RUNNING',
        startedAt: new Date(),
        input,
        ended: Promise.resolve(),
      };
      const known = cases.get(key);
      if (known) {
        execution.ended = known.ended.then(async ({ status, output, error, cause }) => {
          await later(500);
          Object.assign(execution, { status, output, error, cause });
        });
        return execution;
      }
      const one = { charges: 0, isOver: false, ended: Promise.resolve(execution) };
      cases.set(key, one);
      onClaim(key);
      one.ended = run(key, execution);
      execution.ended = one.ended.then(() => {});
      return execution;
    },
  } as unknown as Machine;
  return { machine, cases, counts };
};
