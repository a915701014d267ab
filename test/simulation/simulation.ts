import { createHash } from 'node:crypto';
import { type Execution, type Machine, machineOf } from '../../infra/local/state-machine.ts';
import type { Template } from '../../infra/local/template.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { jpeg } from '../support/media.ts';
import { memoryBucket, s3Operations } from './aws/bucket.ts';
import { kmsOperations } from './aws/kms.ts';
import { memoryLedger } from './aws/ledger.ts';
import { answerSdkBy } from './aws/sdk.ts';
import type { Sending, Story } from './truora/story.ts';
import { answerTruoraBy } from './truora/transport.ts';
import { vendorOf } from './truora/vendor.ts';
import { machineArn, settings, variablesOf } from './variables.ts';
import { type Chance, chanceOf, seedProcess } from './virtual/chance.ts';
import { clock, EPOCH } from './virtual/clock.ts';
import { drive, type Effect, type Handling, resetCheckpoint } from './virtual/effects.ts';
import { arnOf, callFunction, type FunctionName, hostOf } from './virtual/functions.ts';
import { traceOf } from './virtual/trace.ts';

export { settings };

/** Known only to Truora and ourselves: one of these in another place is a leak. */
export const canaries = {
  key: 'CANARY-KEY',
  newKey: 'CANARY-NEW-KEY',
  webhookKey: 'CANARY-WEBHOOK-KEY',
  link: 'CANARY-LINK',
};

/** How many steps of the driver a system may take: the longest take some thousands. */
const MOST_STEPS = 50_000;

export type SystemPlan = {
  seed: number;
  story: Story;
  /** What becomes of each effect. */
  handlingOf?: (effect: Effect, system: SimulatedSystem) => Handling;
  /** Which of several functions whose effects wait goes first; the seed decides when left out. */
  choose?: (of: number) => number;
  /** An error of the Lambda service itself, in place of running a function. */
  fault?: (name: FunctionName, event: unknown) => string | undefined;
  /** Hears of each function that the machine begins. */
  onBegin?: (name: FunctionName) => void;
  /** Hears what Truora was answered to each of its calls. */
  onHeard?: (sending: Sending, status: number | undefined) => void;
  /** Hears of each event on our bus. */
  onEvent?: (detailType: string, detail: object) => void;
  /** More to happen after each effect. */
  onEffect?: (effect: Effect, handling: Handling, system: SimulatedSystem) => void;
  /** What differs from the settings of every system. */
  variables?: Readonly<Record<string, string>>;
  /** Who an enrollment is of, beside the one person every system has. */
  people?: readonly string[];
};

export const person = 'person-1';

export const enrollmentOf = (accountId: string): string => `ENR-${accountId}`;

/** A photo as far as anything here looks at it; what it shows makes each one of its own. */
export const photo = (text: string): Buffer => jpeg({ data: text });

/** Just enough of a template for the local machine: the real definition, and our functions' ARNs. */
const template: Template = {
  Outputs: {},
  Resources: {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: machineArn.split(':').at(-1),
        DefinitionString: JSON.stringify(definition({ callbackTimeoutSeconds: settings.callbackTimeout })),
        DefinitionSubstitutions: Object.fromEntries(stepNames.map((name) => [name, arnOf(name)])),
      },
    },
  },
};

/** Memory that functions keep between calls is kept by these names: each system has its own, and so begins cold. */
let systems = 0;

export type SimulatedSystem = ReturnType<typeof simulate>;

export type Announced = {
  at: number;
  detailType: string;
  detail: { eventId: string; revalidationId: string; status: string };
};

/** What functions wrote to their logs in the system that runs. */
let logs: string[] = [];

export const say = (line: string): void => {
  logs.push(line);
};

/**
 * One system: one seed, one ledger, one bucket, one Truora, one machine, and one clock of its own. Nothing happens
 * in it before `run` is called.
 */
export const simulate = (plan: SystemPlan) => {
  systems += 1;
  clock.reset();
  seedProcess(plan.seed);
  logs = [];
  const chance: Chance = chanceOf(plan.seed ^ 0x5eed);
  const trace = traceOf();
  const variables = variablesOf(systems, plan.variables);
  const ledger = memoryLedger();
  const bucket = memoryBucket();
  const evidence = memoryBucket();
  const erasures = memoryBucket();
  const announced: Announced[] = [];
  const answers: { name: FunctionName; status: number | undefined; error: string | undefined }[] = [];
  const starts: { arn: string; at: number }[] = [];
  const counts = { resumed: 0, late: 0, secrets: 0 };
  /** The largest data any step was given. Characters. */
  const sizes = { journal: 0 };
  const invocations = new Map<string, number>();

  const secretValue = (id: string): string => {
    counts.secrets += 1;
    if (id === variables.WEBHOOK_KEYS_SECRET) return JSON.stringify([canaries.webhookKey]);
    const { rotates } = plan.story;
    return rotates && clock.now() >= EPOCH + (rotates.at + rotates.lag) * 1000 ? canaries.newKey : canaries.key;
  };
  const acceptsKey = (key: string | undefined) => {
    const { rotates } = plan.story;
    return key === (rotates && clock.now() >= EPOCH + rotates.at * 1000 ? canaries.newKey : canaries.key);
  };

  const call = async (name: FunctionName, event: unknown): Promise<unknown> => {
    try {
      const answer = (await callFunction(name, event, variables)) as { statusCode?: number } | null;
      answers.push({ name, status: answer?.statusCode, error: undefined });
      trace.say(`${name} answered ${answer?.statusCode ?? 'well'}`);
      return answer;
    } catch (error) {
      answers.push({ name, status: undefined, error: (error as Error).name });
      trace.say(`${name} ended as ${(error as Error).name}`);
      return undefined;
    }
  };

  const truora = vendorOf(plan.story, {
    acceptsKey,
    webhookKey: canaries.webhookKey,
    latency: () => chance.whole(80, 400),
    enrollments: new Map([person, ...(plan.people ?? [])].map((accountId) => [enrollmentOf(accountId), accountId])),
    callUs: (body, isBase64Encoded, sending) => {
      const event = { headers: {}, body, isBase64Encoded, requestContext: {} };
      void call('ReceiveWebhook', event).then((answer) =>
        plan.onHeard?.(sending, (answer as { statusCode?: number } | undefined)?.statusCode),
      );
    },
  });

  /** Every task token there has been: as secret as a key. */
  const tokens: string[] = [];
  const host = hostOf(variables, (name, event) => {
    const { executionId, taskToken } = event as { executionId: string; taskToken?: string };
    if (taskToken) tokens.push(taskToken);
    invocations.set(executionId, (invocations.get(executionId) ?? 0) + 1);
    sizes.journal = Math.max(sizes.journal, JSON.stringify(event).length);
    const fault = plan.fault?.(name, event);
    trace.say(`${name} ${fault ?? 'begins'}`);
    if (!fault) plan.onBegin?.(name);
    return fault;
  });
  /** How often executions left each state; a Catch leaves it too. */
  const left = new Map<string, number>();
  const machine: Machine = machineOf(template, host, {
    pace: 1,
    onEvent: ({ type, state = '' }) => {
      if (type === 'StateExited') left.set(state, (left.get(state) ?? 0) + 1);
    },
  });

  const start = (input: unknown, name?: string): Execution => {
    const execution = machine.start(input, name);
    starts.push({ arn: execution.executionArn, at: clock.now() });
    void execution.ended.then(() => trace.say(`the execution ended as ${execution.status} ${execution.error ?? ''}`));
    return execution;
  };

  answerSdkBy({
    dynamodb: ledger.operations,
    s3: s3Operations({
      [variables.MEDIA_BUCKET]: bucket,
      [variables.EVIDENCE_BUCKET]: evidence,
      [variables.ERASURE_BUCKET]: erasures,
    }),
    kms: kmsOperations,
    secrets: { GetSecretValue: ({ SecretId }: { SecretId: string }) => ({ SecretString: secretValue(SecretId) }) },
    events: {
      PutEvents: ({ Entries }: { Entries: { DetailType: string; Detail: string }[] }) => {
        for (const { DetailType, Detail } of Entries) {
          announced.push({ at: clock.now(), detailType: DetailType, detail: JSON.parse(Detail) });
          plan.onEvent?.(DetailType, JSON.parse(Detail));
        }
        return { FailedEntryCount: 0, Entries: [] };
      },
    },
    states: {
      SendTaskSuccess: ({ taskToken, output }: { taskToken: string; output: string }) => {
        try {
          machine.sendTaskSuccess(taskToken, output);
          counts.resumed += 1;
        } catch (error) {
          counts.late += 1;
          throw error;
        }
        return {};
      },
      StartExecution: ({ name, input }: { name: string; input: string }) => {
        if (!/^[\w-]{1,80}$/.test(name)) throw Object.assign(new Error('Invalid Name'), { name: 'InvalidName' });
        return { executionArn: start(JSON.parse(input), name).executionArn, startDate: new Date() };
      },
      StopExecution: ({ executionArn }: { executionArn: string }) => {
        machine.stop(executionArn);
        return { stopDate: new Date() };
      },
      DescribeExecution: ({ executionArn }: { executionArn: string }) => {
        const execution = machine.describe(executionArn);
        if (!execution) throw Object.assign(new Error('no such execution'), { name: 'ExecutionDoesNotExist' });
        return { status: execution.status };
      },
    },
  });
  answerTruoraBy(truora.vendor);

  const system = {
    plan,
    chance,
    trace,
    ledger,
    bucket,
    evidence,
    erasures,
    truora,
    machine,
    announced,
    answers,
    starts,
    counts,
    sizes,
    tokens,
    left,
    invocations,
    variables,
    logs,
    start,
    call,
    /** The event by which S3 tells of a version. */
    dropOf: ({ key, etag, versionId, bytes, at }: ReturnType<typeof bucket.put>) => ({
      request: {
        kind: 'drop',
        event: {
          version: '0',
          id: createHash('sha256')
            .update(key + versionId)
            .digest('hex')
            .slice(0, 32),
          'detail-type': 'Object Created',
          source: 'aws.s3',
          time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
          detail: {
            version: '0',
            bucket: { name: variables.MEDIA_BUCKET },
            object: { key, size: bytes.length, etag, 'version-id': versionId, sequencer: versionId.padStart(16, '0') },
            reason: 'PutObject',
          },
        },
      },
    }),
    /** What the ledger holds of one kind of item. */
    itemsOf: (kind: string) => ledger.items.of(kind),
    run: () => drive(MOST_STEPS),
  };

  resetCheckpoint({
    choose: plan.choose ?? ((of) => chance.whole(0, of - 1)),
    handlingOf: (effect) => plan.handlingOf?.(effect, system) ?? { kind: 'through' },
    saw: (effect, handling, error) => {
      trace.saw(effect, handling, error);
      plan.onEffect?.(effect, handling, system);
    },
  });
  return system;
};
