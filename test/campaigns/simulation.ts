import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Invocation, LambdaHost } from '../../infra/local/lambda.ts';
import { type Machine, machineOf } from '../../infra/local/state-machine.ts';
import type { Template } from '../../infra/local/template.ts';
import { campaignDefinition } from '../../infra/workflow/campaign.ts';
import { controlCampaign } from '../../shared/campaigns/control.ts';
import type { Control } from '../../shared/campaigns/controls.ts';
import { createCampaign, readCampaign, recordRow } from '../../shared/campaigns/items.ts';
import { objectsOf } from '../../shared/campaigns/objects.ts';
import { intervalOf } from '../../shared/campaigns/pace.ts';
import { failedResult, resultOf } from '../../shared/campaigns/row-end.ts';
import { sumUp } from '../../shared/campaigns/sum-up.ts';
import { turnFor } from '../../shared/campaigns/turn.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { presentCampaign } from '../../shared/campaigns/view.ts';
import { Throttle } from '../../shared/domain/throttle.ts';
import { campaignSteps } from '../../shared/workflow/functions.ts';
import { memoryLedger } from '../simulation/aws/ledger.ts';
import { chanceOf } from '../simulation/virtual/chance.ts';
import { clock, installClock } from '../simulation/virtual/clock.ts';
import { campaign } from '../support/campaign.ts';
import { casesOf, MAIN, memoryObjects } from './simulated-parts.ts';

/** What happens to one effect: a call to the ledger, S3, Step Functions or the bus. */
export type Fault = 'before' | 'after' | 'killed';

export type Plan = {
  seed: number;
  rows: number;
  pace: number;
  /** Create calls a second that Truora takes; it is told to no part of the campaign. */
  limit: number;
  /** Seconds after the start at which the execution of the campaign is killed, and how many later it is resumed: a minute by default. */
  kills?: readonly number[];
  resumeAfter?: number;
  /** Ends a campaign that does not end by itself. Virtual. */
  mostSeconds?: number;
  /** One effect that fails: before it happened, after it, or with the whole execution. Counted from 1. */
  fault?: { nth: number; kind: Fault };
  /** What a person asks for at one effect. `pause` is followed by `resume` when the campaign is paused. */
  control?: { nth: number; control: Control };
};

export type Simulated = {
  view: CampaignView;
  effects: number;
  /** Charges of all rows together, and the most of one row. */
  charges: number;
  mostCharges: number;
  /** Runs that were begun and have no outcome. */
  unfinished: number;
  results: number;
  retries: number;
  announced: string[];
  seconds: number;
  /** What the campaign itself says after the first tenth of its rows: when it ends. Seconds after its start. */
  forecast: number;
  /** Ended rows a second as a part of the limit: over all seconds, and from the first tenth to the last, while an execution ran. */
  used: { inAll: number; midway: number };
  starts: number;
  throttled: number;
};

const BUCKET = 'media';

const TABLE = 'ledger';

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const CAMPAIGNS = `${MAIN}-campaigns`;

const template: Template = {
  Outputs: {},
  Resources: {
    CampaignsMachine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: CAMPAIGNS.split(':').at(-1),
        DefinitionString: JSON.stringify(campaignDefinition()),
        DefinitionSubstitutions: {
          ...Object.fromEntries(campaignSteps.map((name) => [name, arnOf(name)])),
          Revalidation: MAIN,
          Bucket: BUCKET,
        },
      },
    },
  },
};

const realImmediate = setImmediate;

/** Whether a real file is being read or written. */
const writesFiles = (): boolean =>
  process.getActiveResourcesInfo().some((name) => /^(FSReq|FileHandle|CloseReq)/.test(name));

/** Ended rows a second while an execution ran, as a part of the limit. */
const midwayOf = (
  { kills = [], resumeAfter = 60, limit }: Plan,
  looks: { ended: number; seconds: number }[],
): number => {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) return 0;
  const stopped = kills.filter((at) => at > first.seconds && at < last.seconds).length * resumeAfter;
  return (last.ended - first.ended) / (last.seconds - first.seconds - stopped) / limit;
};

/**
 * A whole campaign in virtual time: the real definition, turns, sums and controls, with the machine of cases and AWS in memory.
 * @param onLook gets the rows that have ended, the pace and the virtual seconds, every 20 of them
 */
export const simulate = async (
  plan: Plan,
  onLook: (ended: number, pace: number, seconds: number) => void = () => {},
): Promise<Simulated> => {
  // Timers of a campaign before, such as those of killed rows, must not call the clients of this one.
  clock.reset();
  // The engine draws the waits of its retries. Ids stay random: temporary files have them in their names.
  const chance = chanceOf(plan.seed);
  Math.random = () => chance.next();
  const ledger = memoryLedger();
  const { objects, operations: s3 } = memoryObjects();
  const announced: string[] = [];
  // None is counted before the start.
  let [effects, busy] = [Number.NEGATIVE_INFINITY, 0];
  let machine: Machine;
  const asked: Promise<unknown>[] = [];
  const ids = { campaignId: `CMP${'a'.repeat(32)}` };
  const settings = {
    ledger: { table: TABLE, retentionDays: 30 },
    machineArn: CAMPAIGNS,
    mediaBucket: BUCKET,
    bus: 'outcomes',
  };
  const control = (which: Control) => controlCampaign(settings, which, ids.campaignId, 'iam:person');
  const executionOf = async () =>
    `${CAMPAIGNS.replace(':stateMachine:', ':execution:')}:${ids.campaignId}-${(await readCampaign(TABLE, ids.campaignId))?.run}`;
  const kill = async () => machine.stop(await executionOf());
  /** What a person does goes on until it was answered: a call that failed is made again. */
  const ask = (which: Control): void => {
    const again = (): Promise<unknown> =>
      control(which).catch(async (error) => {
        if (error.reason) return;
        await wait(1);
        await again();
      });
    asked.push(again());
  };
  const wait = (seconds: number) => new Promise<void>((resolve) => clock.after(1000 * seconds, resolve));

  const states: Record<string, (input: Record<string, string>) => unknown> = {
    StartExecution: ({ name = '', input = '{}' }) => {
      if (machine.describe(`${CAMPAIGNS.replace(':stateMachine:', ':execution:')}:${name}`))
        throw Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' });
      return { executionArn: machine.start(JSON.parse(input), name).executionArn };
    },
    DescribeExecution: ({ executionArn = '' }) => {
      const found = machine.describe(executionArn);
      if (!found) throw Object.assign(new Error('no'), { name: 'ExecutionDoesNotExist' });
      return { status: found.status };
    },
  };
  const events = {
    PutEvents: ({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
      for (const { Detail } of Entries) announced.push(JSON.parse(Detail).eventId);
      return { FailedEntryCount: 0 };
    },
  };

  const serve =
    (of: Record<string, (input: never) => unknown>) =>
    async (command: { constructor: { name: string }; input: never }) => {
      const operation = command.constructor.name.replace(/Command$/, '');
      effects += 1;
      const { fault, control: wanted } = plan;
      if (wanted?.nth === effects) ask(wanted.control);
      const kind = fault?.nth === effects ? fault.kind : undefined;
      if (kind === 'before') throw new Error('lost on the way');
      const answer = of[operation];
      if (!answer) throw new TypeError(`${operation} is not served`);
      const result = await answer(command.input);
      if (kind === 'killed') void kill();
      if (kind) throw new Error('the answer was lost');
      return result;
    };
  const clients = [
    [DynamoDBClient, ledger.operations],
    [S3Client, s3],
    [SFNClient, states],
    [EventBridgeClient, events],
  ] as const;
  for (const [client, of] of clients) Object.assign(client.prototype, { send: serve(of as never) });

  const throttleNow = () => Throttle.parse({ notBefore: ledger.items.get('GATE#truora')?.notBefore?.S });
  const { machine: cases, ...of } = casesOf(
    plan,
    throttleNow,
    (until) => ledger.items.set('GATE#truora', { pk: { S: 'GATE#truora' }, notBefore: { S: until } }),
    (key) => {
      const pk = `KEY#workflow#${key}`;
      ledger.items.set(pk, { pk: { S: pk }, revalidationId: { S: `RVL${'0'.repeat(32)}` } });
    },
  );
  const throttle = { read: async () => throttleNow(), backOff: async () => {} };

  const work: Record<string, (event: never) => Promise<unknown>> = {
    WaitForTurn: (row: { campaignId: string; rowKey: string }) => turnFor(TABLE, throttle, row),
    RecordRow: async ({ row }: { row: Record<string, never> }) => {
      const { campaignId, rowKey, request, answer, failure } = row as never as Record<string, never>;
      const result = answer
        ? resultOf((answer as { Output: never }).Output)
        : await failedResult(
            settings.ledger,
            (request as unknown as { idempotencyKey: string }).idempotencyKey,
            failure as never,
          );
      await recordRow(TABLE, campaignId as never, rowKey as never, result);
      return result;
    },
    SumUp: ({ state }: { state: { campaignId: string; sum?: never } }) => sumUp(settings, state.campaignId, state.sum),
  };
  const lambda: LambdaHost = {
    idle: async () => {},
    invoke: async (functionArn, event): Promise<Invocation> => {
      busy += 1;
      try {
        // The engine copies what it gives and takes, and no step changes its event.
        const result = await work[functionArn.split(':').at(-1) ?? '']?.(event as never);
        return { result: result ?? null };
      } catch (thrown) {
        const { name, message } = thrown as Error;
        return { error: { errorType: name, errorMessage: message, trace: [] } };
      } finally {
        busy -= 1;
      }
    },
  };
  machine = machineOf(template, lambda, { pace: 1, onEvent: () => {}, others: [cases] });

  // The campaign is planned: its rows are there.
  const rows = Array.from({ length: plan.rows }, (_, n) => {
    const request = {
      kind: 'call',
      accountId: `a${n}`,
      enrollmentId: `e${n}`,
      userAuthorized: true,
      media: { key: `media/${n}` },
      idempotencyKey: `${ids.campaignId}:r${n}`,
    };
    return `${JSON.stringify({ ...ids, line: n + 2, rowKey: `r${n}`, request })}\n`;
  });
  objects.set(objectsOf(ids.campaignId).rows, Buffer.from(rows.join('')));
  objects.set('campaigns/manifests/a.csv', Buffer.from('x'));
  const { pace } = plan;
  await createCampaign(
    settings.ledger,
    campaign({ ...ids, runnable: plan.rows, rows: plan.rows, askedPace: pace, pace, intervalMs: intervalOf(pace) }),
  );
  effects = 0;

  // Time passes in small steps, so that work on real files, which no timer stands for, is not overtaken by days.
  const beat = (): void => void clock.after(250, beat);
  beat();
  const beganAt = Date.now();
  ask('start');
  const { kills = [], resumeAfter = 60 } = plan;
  for (const seconds of kills) {
    clock.at(beganAt + 1000 * seconds, () => void kill());
    clock.at(beganAt + 1000 * (seconds + resumeAfter), () => ask('resume'));
  }
  let forecast = 0;
  const midway: { ended: number; seconds: number }[] = [];
  let isSettled = false;
  const look = async () => {
    const now = await readQuietly();
    const view = now && presentCampaign(now, new Date());
    const ended = view?.counts.ended ?? 0;
    const seconds = (Date.now() - beganAt) / 1000;
    if (now) onLook(ended, now.pace, seconds);
    if (ended >= 0.1 * plan.rows && ended <= 0.9 * plan.rows) midway.push({ ended, seconds });
    if (forecast === 0 && ended >= plan.rows / 10 && view?.endsAt)
      forecast = (Date.parse(view.endsAt) - beganAt) / 1000;
    if (now?.status === 'paused') ask('resume');
    const isOver = now?.status === 'ended' || now?.status === 'canceled';
    // A person does as the alarm of a stopped execution says, also where it was stopped between the end and its announcement.
    const isDead =
      now &&
      (isOver ? announced.length === 0 : ['running', 'pausing', 'canceling'].includes(now.status)) &&
      machine.describe(await quietly(executionOf))?.status !== 'RUNNING';
    if (isDead && kills.length === 0) ask(now.status.startsWith('cancel') ? 'cancel' : 'resume');
    isSettled = isOver && !isDead && [...of.cases.values()].every((one) => one.isOver);
  };
  /** Looks of the harness are no effects of the campaign. */
  const quietly = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    const kept = effects;
    effects = Number.NEGATIVE_INFINITY;
    const result = await read();
    effects = kept;
    return result;
  };
  const readQuietly = () => quietly(() => readCampaign(TABLE, ids.campaignId));
  for (let at = Date.now(); !isSettled; ) {
    // Real files are written meanwhile, in which time must not pass.
    do await new Promise(realImmediate);
    while (busy > 0 || writesFiles());
    if (Date.now() - at > 20_000) {
      at = Date.now();
      await look();
    }
    clock.jump();
    // A campaign that is stuck: its caller sees the status.
    if (plan.mostSeconds !== undefined && Date.now() - beganAt > 1000 * plan.mostSeconds) break;
  }
  const endedAt = Date.now();
  if (isSettled) await Promise.allSettled(asked);
  const now = await readQuietly();
  if (!now) throw new Error('the campaign is gone');
  const charges = [...of.cases.values()].map((one) => one.charges);
  const lines = (key: string) => (objects.get(key)?.toString() ?? '').split('\n').filter(Boolean);
  return {
    view: presentCampaign(now, new Date()),
    effects,
    charges: charges.reduce((sum, one) => sum + one, 0),
    mostCharges: Math.max(0, ...charges.slice(0, 100_000)),
    unfinished: [...of.cases.values()].filter((one) => !one.isOver).length,
    results: lines(objectsOf(ids.campaignId).results).length,
    retries: Math.max(0, lines(objectsOf(ids.campaignId).retry).length - 1),
    announced,
    seconds: (endedAt - beganAt) / 1000,
    forecast,
    used: { inAll: plan.rows / (endedAt - beganAt) / (plan.limit / 1000), midway: midwayOf(plan, midway) },
    starts: of.counts.starts,
    throttled: of.counts.throttled,
  };
};

/** From here on the process lives in virtual time. */
export const enterVirtualTime = (): void => installClock(() => undefined);
