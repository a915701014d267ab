import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { selfie } from '../support/commands.ts';
import { openRunning, type Running } from '../support/running.ts';

let running: Running;

let before: Map<string, string>;

const secret = (output: string) => running.system.deployment.outputs[output] ?? '';

const smoke = async () => {
  const { code, out } = await running.cli(['smoke']);
  return { code, lines: out.split('\n') };
};

beforeAll(async () => {
  running = await openRunning();
  before = new Map(running.system.secrets);
}, 60_000);

afterEach(() => {
  for (const [name, value] of before) running.system.secrets.set(name, value);
});

afterAll(() => running.close());

test('proves a system that works, and is charged for nothing', async () => {
  const { code, lines } = await smoke();
  expect([code, lines.filter((line) => line.startsWith('failed'))]).toEqual([0, []]);
  expect(lines).toContain('ok      webhook: a signed call is taken, and a forged one refused');
  expect(lines.find((line) => line.includes('free run'))).toMatch(
    /RVL\w{32} was refused for its unknown enrollment, and announced$/,
  );
  expect(running.system.sandbox?.counts()).toMatchObject({ creates: 0, charges: 0 });
}, 60_000);

test.each<[string, string, string, string]>([
  ['a key that no header can hold', 'TruoraKeySecret', 'a b', 'failed  Truora key: '],
  [
    'webhook keys that are no list',
    'WebhookKeysSecret',
    'random text',
    'failed  webhook keys: the secret holds no list of keys',
  ],
])(
  'names %s, says what to do, and ends with 1',
  async (_, output, value, line) => {
    running.system.secrets.set(secret(output), value);
    const { code, lines } = await smoke();
    const found = lines.find((one) => one.startsWith(line));
    expect([code, found]).toEqual([1, expect.stringContaining('What to do: face-revalidation keys rotate')]);
  },
  60_000,
);

test('drops media of a colleague with --charge, and expects an approval by webhook', async () => {
  const who = (account: string) => ['--account', account, '--enrollment', `ENR-${account}`, '--authorized'];
  const good = await running.cli(['smoke', '--charge', selfie, ...who('smoke-ana')]);
  expect([good.code, good.out]).toEqual([
    0,
    expect.stringMatching(/^ok {6}charged run: RVL\w+ was approved, by webhook$/m),
  ]);
  const silent = await running.cli(['smoke', '--charge', selfie, ...who('smoke-webhook-lost')]);
  expect(silent.code).toBe(1);
  expect(silent.out).toMatch(
    /^failed {2}charged run: RVL\w+ was approved by poll: no webhook came in time\. What to do: the runbook/m,
  );
}, 120_000);

test('refuses --charge without a consent, and sends nothing', async () => {
  const before = running.system.sandbox?.counts();
  const { code, out, err } = await running.cli(['smoke', '--charge', selfie, '--account', 'a', '--enrollment', 'e']);
  expect([code, out, err]).toEqual([2, '', expect.stringContaining('--authorized is required')]);
  expect(running.system.sandbox?.counts()).toEqual(before);
});
