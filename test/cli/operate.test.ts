import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { selfie } from '../support/commands.ts';
import { dropBy, openRunning, type Running } from '../support/running.ts';
import { waitFor } from '../support/wait-for.ts';

const heard: BusEvent[] = [];

let running: Running;

const cli = (...argv: string[]) => running.cli(argv);

const dropped = (account: string) => dropBy(running, account);

const secretOf = (output: string) => running.system.secrets.get(running.system.deployment.outputs[output] ?? '');

/** A Truora key that ends some days from now. */
const keyFor = (days: number): string => {
  const payload = { exp: Math.floor(Date.now() / 1000) + days * 86_400 + 3600 };
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`;
};

beforeAll(async () => {
  running = await openRunning({ onAnnounced: (event) => void heard.push(event) });
}, 60_000);

afterAll(() => running.close());

describe('throttle', () => {
  afterEach(async () => {
    await cli('throttle', 'open');
  });

  test('is open at first, and closes and opens the creation of validations', async () => {
    expect(await cli('throttle', 'show')).toMatchObject({ code: 0, out: expect.stringMatching(/^open: /) });
    expect(await cli('throttle', 'close', '--reason', 'bill is too high, ops')).toMatchObject({ code: 0 });
    const shown = await cli('throttle', 'show');
    expect([shown.code, shown.out.split('\n')[0]]).toEqual([1, 'closed: bill is too high, ops']);
    expect(await dropped('closed-ana')).toMatchObject({ status: 'refused', reason: 'truora_closed' });
    await cli('throttle', 'open');
    expect(await dropped('closed-ana')).toMatchObject({ status: 'approved' });
  });

  test('counts the calls of the day', async () => {
    const before = Number(/^(\d+) calls/m.exec((await cli('throttle', 'show')).out)?.[1]);
    await dropped('counted-ana');
    expect((await cli('throttle', 'show')).out).toContain(
      `\n${before + 1} calls to create a validation were counted today`,
    );
  });

  test('is shown as JSON for another program', async () => {
    await cli('throttle', 'close', '--reason', 'ops');
    const { code, out } = await cli('throttle', 'show', '--json');
    expect([code, JSON.parse(out)]).toEqual([1, { isClosed: true, reason: 'ops', callsToday: expect.any(Number) }]);
  });

  test.each([
    [['close'], "required option '--reason <text>' not specified"],
    [['close', '--reason', 'off'], '--reason: must be a reason: this word means open'],
    [['close', '--reason', ''], '--reason: must be 1 to 200 printable characters'],
    [['shut'], "unknown command 'shut'"],
  ])('refuses %j, and changes nothing', async (argv, line) => {
    const { code, err } = await cli('throttle', ...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(line)]);
    expect((await cli('throttle', 'show')).code).toBe(0);
  });
});

describe('cancel', () => {
  test('cancels a case that waits for its media, and is refused once it has ended otherwise', async () => {
    const body = {
      accountId: 'cancel-ana',
      enrollmentId: 'ENR1',
      userAuthorized: true,
      upload: { type: 'image/jpeg' },
    };
    const started = await cli('call', 'POST', '/revalidations', '--body', JSON.stringify(body));
    const { revalidationId } = JSON.parse(started.out);
    expect(await cli('cancel', revalidationId)).toMatchObject({ code: 0, out: `${revalidationId} is canceled` });
    expect((await cli('explain', revalidationId)).out).toMatch(/it ended as canceled; iam:.*Developer canceled it\./);
    const ended = await dropped('cancel-luis');
    expect(await cli('cancel', ended.revalidationId)).toMatchObject({
      code: 1,
      err: `${ended.revalidationId} is not canceled: the re-validation has ended as approved`,
    });
  });
});

describe('announce', () => {
  test('announces an outcome again under the same event id', async () => {
    const { revalidationId } = await dropped('announce-ana');
    const eventsOf = () =>
      heard
        .map(({ detail }) => detail as { revalidationId: string; eventId: string })
        .filter((one) => one.revalidationId === revalidationId);
    // The outcome is written before it is announced, and the mark of the announcement after that.
    await waitFor(async () => expect((await running.system.record(revalidationId))?.announced).toBeDefined());
    const [first] = eventsOf();
    const { code, out } = await cli('announce', revalidationId);
    expect([code, out]).toEqual([0, `announced ${revalidationId} again: approved, ${first?.eventId}`]);
    expect(eventsOf().map(({ eventId }) => eventId)).toEqual([first?.eventId, first?.eventId]);
  });

  test('has nothing to announce where there is no amendment', async () => {
    const { revalidationId } = await dropped('announce-luis');
    expect(await cli('announce', revalidationId, '--amendment')).toMatchObject({
      code: 1,
      out: '',
      err: `${revalidationId} has no amendment to announce`,
    });
  });
});

describe('redrive', () => {
  const lost = async (account: string): Promise<void> => {
    running.system.setEventDelivery('start nothing');
    const before = running.system.deadLetters.length;
    const key = `inbox/${account}/ENR-${account}/selfie.jpg`;
    await putMedia(running.system, { key, file: selfie, metadata: { 'user-authorized': 'true' } });
    await expect.poll(() => running.system.deadLetters.length, { timeout: 20_000 }).toBe(before + 1);
    running.system.setEventDelivery('arrive');
  };

  test('shows first what it would do, then starts the drop and deletes the message', async () => {
    expect(await cli('redrive')).toMatchObject({
      code: 0,
      out: 'nothing waits in the dead-letter queues of the local system',
    });
    await lost('redrive-ana');
    const plan = await cli('redrive');
    expect([plan.code, plan.out]).toEqual([
      0,
      expect.stringMatching(/^drop RVL\w+: start the state machine with its event\nnothing was done: --yes does it$/),
    ]);
    expect(running.system.deadLetters).toHaveLength(1);
    const done = await cli('redrive', '--yes');
    expect(done.out).toMatch(/^drop RVL\w+: start the state machine with its event: done$/);
    expect(running.system.deadLetters).toHaveLength(0);
    const id = /RVL\w+/.exec(done.out)?.[0] ?? '';
    await expect
      .poll(async () => (await running.system.record(id))?.outcome?.status, { timeout: 20_000 })
      .toBe('approved');
  });

  test('only deletes the message of a drop that has a record', async () => {
    await lost('redrive-luis');
    const [letter] = running.system.deadLetters;
    await cli('redrive', '--yes');
    await expect
      .poll(async () => (await running.system.recordsOf('redrive-luis')).records[0]?.outcome?.status, {
        timeout: 20_000,
      })
      .toBe('approved');
    if (letter) (running.system.deadLetters as unknown[]).push(letter);
    expect((await cli('redrive', '--yes')).out).toMatch(/it has a record, so only the message is deleted: done$/);
    expect(running.system.deadLetters).toHaveLength(0);
  });

  test('leaves a message that it cannot read, and ends with 1', async () => {
    await lost('redrive-eva');
    const [letter] = running.system.deadLetters;
    if (letter) letter.body = '{}';
    const { code, out } = await cli('redrive', '--yes');
    expect([code, out]).toEqual([1, expect.stringContaining('cannot be read; look at it in the queue')]);
    expect(running.system.deadLetters).toHaveLength(1);
    (running.system.deadLetters as unknown[]).length = 0;
  });
});

describe('keys rotate truora', () => {
  test('replaces the key by that of a file, and prints how long it is valid and no key', async () => {
    const key = keyFor(90);
    writeFileSync(join(running.folder, 'key.txt'), `${key}\n`);
    const { code, out } = await cli('keys', 'rotate', 'truora', 'key.txt');
    expect([code, secretOf('TruoraKeySecret')]).toEqual([0, key]);
    expect(out).toContain('it is valid for 90 more days');
    expect(out).not.toContain(key);
  });

  test('prints how long the key is valid as JSON', async () => {
    const { code, out } = await running.cli(['keys', 'rotate', 'truora', '-', '--json'], { stdin: keyFor(90) });
    expect([code, JSON.parse(out)]).toEqual([0, { daysLeft: 90 }]);
  });

  test.each([
    ['a key that has expired', keyFor(-3), '-: the key has expired'],
    ['two lines', 'one\ntwo', 'stdin: must hold one key'],
    ['a quoted key', '"key of json"', 'stdin: must hold one key'],
    ['nothing', '', 'stdin: must hold one key'],
  ])('refuses %s, and keeps the current one', async (_, stdin, line) => {
    const before = secretOf('TruoraKeySecret');
    const { code, err } = await running.cli(['keys', 'rotate', 'truora', '-'], { stdin });
    expect([code, err]).toEqual([2, expect.stringContaining(line)]);
    expect(secretOf('TruoraKeySecret')).toBe(before);
  });
});

describe('keys rotate webhook', () => {
  const keys = (): string[] => JSON.parse(secretOf('WebhookKeysSecret') ?? '[]');

  test('adds a key beside the current one, and keeps only the newest with --finish', async () => {
    const [old] = keys();
    expect(await running.cli(['keys', 'rotate', 'webhook', '-'], { stdin: 'new-key' })).toMatchObject({ code: 0 });
    expect(keys()).toEqual([old, 'new-key']);
    const third = await running.cli(['keys', 'rotate', 'webhook', '-'], { stdin: 'third-key' });
    expect([third.code, third.err]).toEqual([2, expect.stringContaining('two keys are accepted already')]);
    expect(await cli('keys', 'rotate', 'webhook', '--finish', '--json')).toMatchObject({
      code: 0,
      out: '{"acceptedKeys":1}',
    });
    expect(keys()).toEqual(['new-key']);
    expect(await cli('keys', 'rotate', 'webhook', '--finish')).toMatchObject({ code: 1 });
    running.system.sandbox?.notify({ url: running.system.webhookUrl, key: 'new-key' });
  });

  test('wants a file or --finish', async () => {
    expect(await cli('keys', 'rotate', 'webhook')).toMatchObject({ code: 2, err: expect.stringContaining('file: ') });
  });
});

describe('resolve', () => {
  test('works on the local system, with the retention that its functions have', async () => {
    expect(await cli('resolve', '--account', 'unknown', '--nothing')).toMatchObject({
      code: 1,
      out: 'no intent is open',
    });
  });
});

test('writes the file of the local system for its owner alone', () => {
  const file = join(running.folder, '.local-system.json');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const { credentials, endpoints } = JSON.parse(readFileSync(file, 'utf8'));
  expect(credentials).toEqual(running.system.credentials);
  expect(Object.keys(endpoints).toSorted()).toEqual([
    'DYNAMODB',
    'EVENTBRIDGE',
    'KMS',
    'LAMBDA',
    'S3',
    'SECRETS_MANAGER',
    'SFN',
    'SQS',
  ]);
});
