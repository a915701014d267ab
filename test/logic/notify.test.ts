import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import { notify } from '../../shared/logic/notify.ts';
import { commandsSent } from '../support/commands-sent.ts';
import { NOW, OURS, secondsAgo } from '../support/creation.ts';
import { newRevalidationId, newValidationId } from '../support/journal.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { listen } from '../support/truora.ts';

const DEADLINE = '2126-11-23T12:05:00.000Z';

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let machine: Awaited<ReturnType<typeof listen>>;

/** The error that Step Functions answers for a token; undefined for a token that an execution waits on. */
let errors: Record<string, string>;

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  machine = await listen((response) => {
    // The clock of the test is another one: the SDK would correct its own by this header, and send the call again.
    response.sendDate = false;
    const { taskToken } = JSON.parse(machine.heard.at(-1)?.body ?? '{}');
    const error = errors[taskToken];
    response.writeHead(error ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(error ? { __type: error, message: 'refused' } : {}));
  });
  pointSdkAt({ SFN: machine.origin });
});

afterAll(() => {
  machine.close();
  open.close();
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  machine.heard.length = 0;
  errors = {};
});

afterEach(() => {
  vi.useRealTimers();
});

/** A bound validation of a case that expired without a verdict, so that a late webhook is marked on its record. */
const bind = async (taskToken?: string) => {
  const [validationId, revalidationId] = [newValidationId(), newRevalidationId()];
  const pk = `RUN#${revalidationId}`;
  const outcome = { revalidationId, status: 'expired', decidedBy: 'poll', decidedAt: secondsAgo(60) };
  await open.putItem({
    pk,
    revalidationId,
    owner: OURS,
    phase: 'expired',
    claimedAt: secondsAgo(600),
    trail: [],
    outcome,
  });
  await open.putItem({ pk: `VLD#${validationId}`, revalidationId, deadline: DEADLINE });
  const wait = `WAIT#${validationId}`;
  if (taskToken) await open.putItem({ pk: wait, taskToken });
  commands.clear();
  return {
    validationId,
    revalidationId,
    wait,
    waiting: () => open.item(wait),
    lateAt: async () => (await open.item(pk))?.lateWebhookAt,
  };
};

const run = async (validationId: string) => {
  let count = 0;
  const notified = await notify(open.table, validationId, () => {
    count += 1;
  });
  return { ...notified, count };
};

const resumed = () => machine.heard.map(({ body }) => JSON.parse(body));

const resumption = (taskToken: string) => ({ taskToken, output: JSON.stringify({ receivedAt: NOW }) });

describe('a notification', () => {
  test('about a validation that is none of ours is stored nowhere', async () => {
    const unknown = newValidationId();
    expect(await run(unknown)).toEqual({ result: 'unknown', count: 0 });
    expect(await open.item(`WAIT#${unknown}`)).toBeUndefined();
  });

  test('stays stored where no execution waits, and marks the case for the sweep', async () => {
    const { validationId, revalidationId, waiting, lateAt } = await bind();
    expect(await run(validationId)).toEqual({ result: 'recorded', revalidationId, count: 1 });
    const expiresAt = Date.parse(DEADLINE) / 1000 + 4 * 86_400;
    expect(await waiting()).toMatchObject({ notification: { receivedAt: NOW }, expiresAt });
    expect(await lateAt()).toBe(NOW);
    expect(resumed()).toEqual([]);
  });

  test('resumes the execution that waits, and leaves the case to it', async () => {
    const { validationId, revalidationId, waiting, lateAt } = await bind('token');
    expect(await run(validationId)).toEqual({ result: 'resumed', revalidationId, count: 1 });
    expect(resumed()).toEqual([resumption('token')]);
    expect(await waiting()).toMatchObject({ notification: { receivedAt: NOW } });
    expect(await lateAt()).toBeUndefined();
  });

  test('counts as late where the token is no longer valid, and marks the case for the sweep', async () => {
    errors = { token: 'TaskTimedOut' };
    const { validationId, revalidationId, lateAt } = await bind('token');
    expect(await run(validationId)).toEqual({ result: 'late', revalidationId, count: 1 });
    expect(resumed()).toHaveLength(1);
    expect(await lateAt()).toBe(NOW);
  });

  test.each([
    ['resumes the execution by a newer token that a retry has stored', undefined, 'resumed'],
    ['is late when the newer token of a retry is no longer valid either', 'TaskDoesNotExist', 'late'],
  ])('%s', async (_, error, result) => {
    errors = { token: 'TaskTimedOut', ...(error ? { newer: error } : {}) };
    const { validationId, wait } = await bind('token');
    // The binding is read first, then the callback.
    commands.before(
      'GetItem',
      async () => {
        const item = await open.item(wait);
        if (item?.notification) await open.putItem({ ...item, pk: wait, taskToken: 'newer' });
      },
      2,
    );
    expect(await run(validationId)).toMatchObject({ result });
    expect(resumed()).toEqual([resumption('token'), resumption('newer')]);
  });

  test('counts as late where the token is no longer valid and the callback is gone', async () => {
    errors = { token: 'TaskTimedOut' };
    const { validationId, wait } = await bind('token');
    commands.before(
      'GetItem',
      async () => {
        if ((await open.item(wait))?.notification) await open.remove(wait);
      },
      2,
    );
    expect(await run(validationId)).toMatchObject({ result: 'late' });
    expect(resumed()).toHaveLength(1);
  });

  test('counts as unsent where Step Functions refuses the call, and marks the case for the sweep', async () => {
    errors = { token: 'AccessDeniedException' };
    const { validationId, revalidationId, lateAt } = await bind('token');
    expect(await run(validationId)).toEqual({ result: 'unsent', revalidationId, count: 1 });
    expect(await lateAt()).toBe(NOW);
  });
});
