import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pollsUntil, runs } from '../../infra/cost/cost.ts';
import type { MachineEvent } from '../../infra/local/history.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { drop, registerEnrollment } from '../../infra/local/put-media.ts';
import { reasonsOfEnds } from '../../shared/aws/executions.ts';
import { errorReasons, ourReasons } from '../../shared/domain/reasons.ts';
import { signWebhook } from '../../shared/truora/webhook.ts';
import { routes } from '../../shared/workflow/functions.ts';
import { closedReason, type MetricName, metrics } from '../../shared/workflow/metrics.ts';

/** One line of CloudWatch's embedded metric format. */
type Line = {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: MetricName; Unit: string }[];
    }[];
  };
} & Record<string, unknown>;

const root = join(import.meta.dirname, '../..');

const file = join(root, 'infra/local/media/selfie.jpg');

const lines: Line[] = [];

const events: MachineEvent[] = [];

let system: LocalSystem;

/** Copies that broke off on their way from S3. */
let torn = 0;

const accounts = [
  '',
  '-declined',
  '-declined-new',
  '-other-account',
  '-other-enrollment',
  '-no-similarity',
  '-enrollment-unknown',
  '-create-down',
  '-create-lost',
  '-webhook-forged',
  '-down-2',
  '-torn',
];

/** The first copy for this person breaks off in its middle, on its way from S3; a repeat is whole. @returns what ends that */
const tearFirst = (suffix: string) => {
  const { send } = S3Client.prototype;
  let torn = 0;
  Object.assign(S3Client.prototype, {
    async send(this: S3Client, command: GetObjectCommand) {
      const answer: GetObjectCommandOutput = await Reflect.apply(send, this, [command]);
      const isWhole = command instanceof GetObjectCommand && !command.input.Range;
      if (!isWhole || torn > 0 || !command.input.Key?.includes(`person-counted${suffix}/`)) return answer;
      torn += 1;
      return { ...answer, Body: Readable.from(halfOf(answer.Body as Readable)) };
    },
  });
  return () => {
    Object.assign(S3Client.prototype, { send });
    return torn;
  };
};

async function* halfOf(whole: Readable) {
  for await (const chunk of whole) {
    yield chunk.subarray(0, Math.ceil(chunk.length / 2));
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  }
}

/** Ten years from now, as the date in a Truora key; put together here, so that no file holds a key. */
const keyEnding = () =>
  ['{}', JSON.stringify({ exp: Date.now() / 1000 + 3653 * 86_400 }), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

beforeAll(async () => {
  system = await startLocalSystem({
    onLog: (line) => {
      if (line.startsWith('{"_aws"')) lines.push(JSON.parse(line));
    },
    onEvent: (event) => events.push(event),
  });
  for (const [name, value] of system.secrets) if (value.startsWith('local-')) system.secrets.set(name, keyEnding());
  const mend = tearFirst('-torn');
  await Promise.all(
    accounts.map(async (suffix) => {
      const who = { accountId: `person-counted${suffix}`, enrollmentId: `ENR-counted${suffix}` };
      await registerEnrollment(system.sandbox?.origin ?? '', who);
      const options = { resultMode: suffix === '-down-2' ? ('poll' as const) : ('callback' as const) };
      const { ended } = await system.executionOf(await drop(system, { file, ...who, name: 'face.jpg', options }));
      await ended;
    }),
  );
  torn = mend();
  // A genuine call of Truora's in which no event can be read.
  const [, webhookKeys = '[]'] = [...system.secrets].find(([name]) => name.includes('WebhookKeys')) ?? [];
  const body = await signWebhook({ iss: 'Truora', iat: 1, events: [] }, JSON.parse(webhookKeys)[0]);
  await fetch(`${system.apiOrigin}${routes.ReceiveWebhook.path}`, { method: 'POST', body });
  await system.sweep();
});

afterAll(() => system.close());

const of = (name: MetricName) => lines.filter((line) => line._aws.CloudWatchMetrics[0]?.Metrics[0]?.Name === name);

const sum = (name: MetricName, where: Record<string, string> = {}) =>
  of(name)
    .filter((line) => Object.entries(where).every(([key, value]) => line[key] === value))
    .reduce((total, line) => total + Number(line[name]), 0);

/** Only a deployment with campaigns emits it: test/campaigns has its tests. */
const ofCampaigns: MetricName = 'CampaignRows';

const emitted = (Object.keys(metrics) as MetricName[]).filter((name) => name !== ofCampaigns);

test.each(emitted)('%s is emitted in the format of CloudWatch', (name) => {
  expect(of(name)).not.toEqual([]);
  for (const line of of(name)) {
    expect(line._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'face-revalidation-local',
        Dimensions: metrics[name].by,
        Metrics: [{ Name: name, Unit: metrics[name].unit }],
      },
    ]);
    expect(Number.isFinite(line[name])).toBe(true);
    for (const dimension of metrics[name].by.flat()) expect(line[dimension]).toMatch(/^\w+$/);
  }
});

test('the metrics match what happened', () => {
  expect(sum('Outcomes')).toBe(accounts.length);
  expect(sum('Outcomes', { status: 'approved', reason: 'none' })).toBe(4);
  expect(sum('Outcomes', { status: 'declined', reason: 'similarity_threshold_not_passed' })).toBe(1);
  expect(sum('Outcomes', { status: 'refused', reason: 'enrollment_unknown' })).toBe(1);
  expect(sum('Outcomes', { status: 'failed', reason: 'creation_unconfirmed' })).toBe(1);
  expect(sum('Outcomes', { status: 'failed', reason: 'list_blind' })).toBe(1);
  expect(torn).toBe(1);
  expect(sum('MediaReadFailures')).toBe(1);
  expect(sum('VerdictMismatches')).toBe(2);
  expect(sum('VerdictsUnconfirmed')).toBe(1);
  expect(sum('OtherEnrollments')).toBe(1);
  expect(sum('WebhookSignatureFailures')).toBe(1);
  expect(sum('StepsDone', { step: 'ClaimRequest' })).toBe(accounts.length);
  // One that was found, and two calls that the list can say nothing of: they count until they are resolved, and were no charges.
  const inDoubt = 2;
  expect(sum('Orphans')).toBe(1 + inDoubt);
  const charges = system.sandbox?.counts().charges;
  expect(sum('StepsDone', { step: 'CreateValidation' }) + sum('Orphans') - inDoubt).toBe(charges);
  expect(sum('TruoraErrors', { call: 'create' })).toBe(3);
  expect(sum('TruoraErrors', { call: 'upload' })).toBe(2);
  expect(of('TruoraLatency')).toHaveLength(of('TruoraErrors').length);
  expect(of('TimeToVerdict').map(({ decidedBy }) => decidedBy)).toEqual(expect.arrayContaining(['webhook', 'poll']));
});

test('a run takes as many transitions as its cost model counts', () => {
  const billed = new Map<string, number>();
  const ended = new Map<string, string>();
  for (const { executionArn, type, output } of events) {
    if (type === 'StateEntered' || type === 'StateRetried')
      billed.set(executionArn, (billed.get(executionArn) ?? 0) + 1);
    if (type === 'ExecutionSucceeded') ended.set(executionArn, (output as { accountId?: string }).accountId ?? '');
  }
  const of = (account: string) => [...ended].filter(([, one]) => one === account).map(([arn]) => billed.get(arn));
  expect(of('person-counted')).toEqual([runs.callback.transitions]);
  // Two retries of the upload, and its polls: the run that polls costs seven and its reads.
  const looks = events.filter(({ state, type }) => state === 'ReadVerdict' && type === 'StateRetried').length;
  expect(of('person-counted-down-2')).toEqual([runs.poll.transitions - pollsUntil(10) + 2 + looks]);
});

test('no metric identifies a person', () => {
  expect(lines.filter((line) => /person-counted|ENR-counted|VLD/.test(JSON.stringify(line)))).toEqual([]);
});

test('every reason of an error is known to a metric', () => {
  // A route's own codes end no case.
  const { CallRefusedError: _, ...ofCases } = errorReasons;
  const given: string[] = Object.values(ofCases).flat();
  // The end of a repeat, the timed poll and the wait for a recording: none is ever recorded.
  const never = ['already_decided', 'verdict_pending', 'media_pending'];
  expect(given.length).toBeGreaterThan(20);
  expect(given.filter((reason) => closedReason(reason) === 'other' && !never.includes(reason))).toEqual([]);
  // What an execution left behind that could record nothing has no error of ours, and neither has what a caller decides.
  const left = [
    'unexpected',
    'execution_lost',
    'canceled_by_caller',
    'alternative_chosen',
    // Nothing was recorded for a live capture in time.
    'media_not_recorded',
    ...Object.values(reasonsOfEnds),
  ];
  expect(ourReasons.filter((reason) => !left.includes(reason) && !given.includes(reason))).toEqual([]);
  for (const reason of left) expect(closedReason(reason)).toBe(reason);
  expect([closedReason('made_up'), closedReason(undefined)]).toEqual(['other', 'none']);
});
