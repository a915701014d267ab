import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { costOf, type RunName, runs } from '../../../infra/cost/cost.ts';
import type { MachineEvent } from '../../../infra/local/history.ts';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import { drop, registerEnrollment } from '../../../infra/local/put-media.ts';
import { synthesize } from '../../../infra/local/synthesize.ts';
import { resourcesOf } from '../../../infra/local/template.ts';
import { type Figure, type Metric, sum } from '../figures.ts';
import { type Seen, sizeOf, startTap, writeUnitsOf } from '../tap.ts';

const file = join(import.meta.dirname, '../../../infra/local/media/selfie.jpg');

/** A system whose calls to the ledger and to the secrets are counted on their way. */
export const countedWorld = async (events: MachineEvent[] = []) => {
  const system = await startLocalSystem({
    onEvent: (event) => events.push(event),
    sandboxSettings: { decisionMs: 50 },
  });
  const ledger: Seen[] = [];
  const services: Seen[] = [];
  const origin = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  const direct = new DynamoDBClient({ endpoint: origin });
  const indexes = resourcesOf(synthesize(system.config), 'AWS::DynamoDB::Table').flatMap(({ properties }) =>
    (properties.GlobalSecondaryIndexes as { KeySchema: { AttributeName: string }[] }[]).map(({ KeySchema }) =>
      KeySchema.map(({ AttributeName }) => AttributeName),
    ),
  );
  const ledgerTap = await startTap(origin, ledger, async (operation, input, pass) => {
    const pk = ((input.Key ?? input.Item) as { pk?: { S: string } } | undefined)?.pk;
    const look = async () =>
      pk &&
      (await direct.send(new GetItemCommand({ TableName: system.table, Key: { pk }, ConsistentRead: true }))).Item;
    const isWrite = /^(Put|Update|Delete)Item$/.test(operation);
    const before = isWrite ? await look() : undefined;
    const answer = await pass();
    const after = await look();
    return isWrite
      ? { operation, writeUnits: writeUnitsOf(before, after, indexes), readUnits: 0 }
      : {
          operation,
          writeUnits: 0,
          readUnits:
            operation === 'GetItem'
              ? Math.max(1, Math.ceil(sizeOf(after ?? {}) / 4096)) * (input.ConsistentRead ? 1 : 0.5)
              : Math.ceil(answer.length / 4096),
        };
  });
  const servicesTap = await startTap(process.env.AWS_ENDPOINT_URL_SFN ?? '', services);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = ledgerTap.origin;
  for (const one of ['SFN', 'SECRETS_MANAGER', 'EVENTBRIDGE'])
    process.env[`AWS_ENDPOINT_URL_${one}`] = servicesTap.origin;
  const close = async () => {
    await system.close();
    direct.destroy();
    await Promise.all([ledgerTap.close(), servicesTap.close()]);
  };
  return { system, ledger, services, close };
};

/** The actions that the README asks a rule to name: `created` would be an invocation more, which rings nothing. */
export const actions = ['succeeded', 'failed'] as const;

/** The key that the system's webhooks are signed with. */
export const webhookKeyOf = (system: LocalSystem): string => {
  const keys = [...system.secrets.values()].find((value) => value.startsWith('['));
  if (!keys) throw new TypeError('the system has no key for webhooks');
  return JSON.parse(keys)[0];
};

/** Makes the rule at Truora as the README asks for it. */
export const makeRule = (system: LocalSystem): void => {
  if (!system.sandbox) throw new TypeError('the system has no sandbox to make a rule at');
  system.sandbox.notify({ url: system.webhookUrl, key: webhookKeyOf(system), actions });
};

/** One whole re-validation. @returns when its execution has ended */
export const runOne = async (system: LocalSystem, accountId: string, options = {}): Promise<string> => {
  const who = { accountId, enrollmentId: `ENR-${accountId}` };
  await registerEnrollment(system.sandbox?.origin ?? '', who);
  const execution = await system.executionOf(await drop(system, { file, ...who, name: 'face.jpg', options }));
  await execution.ended;
  if (execution.status !== 'SUCCEEDED') throw new Error(`${accountId}: ${execution.status} ${execution.error}`);
  return execution.executionArn;
};

/** B9: what one run uses, counted at the emulators. The first run of each kind warms up: it reads the secrets. */
export const units: Metric = async (say) => {
  const events: MachineEvent[] = [];
  const { system, ledger, services, close } = await countedWorld(events);
  const kinds: Record<RunName, { suffix: string; options: object; limits: [number, number, number] }> = {
    callback: { suffix: '', options: {}, limits: [8, 8, 14] },
    poll: { suffix: '-webhook-lost', options: { resultMode: 'poll' }, limits: [0, 0, 0] },
    'webhook lost': { suffix: '-webhook-lost', options: {}, limits: [0, 0, 0] },
  };
  makeRule(system);
  const figures: Figure[] = [];
  try {
    for (const [name, { suffix, options, limits }] of Object.entries(kinds)) {
      say(`units: ${name}`);
      await runOne(system, `warm-${name.replace(' ', '')}${suffix}`, options);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const webhooks = system.sandbox?.counts().webhooks ?? 0;
      for (const list of [events, ledger, services]) list.length = 0;
      const RUNS = 5;
      for (let nth = 0; nth < RUNS; nth += 1)
        await runOne(system, `u${nth}-${name.replace(' ', '')}${suffix}`, options);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const transitions = events.filter(({ type }) => type === 'StateEntered' || type === 'StateRetried').length;
      const choices = events.filter(({ type, state }) => type === 'StateEntered' && state === 'HowToWait').length;
      const notifications = (system.sandbox?.counts().webhooks ?? 0) - webhooks;
      const perRun = (count: number) => count / RUNS;
      const counted: [string, number, number | undefined, string][] = [
        ['transitions', perRun(transitions), limits[0], 'limit 4, naive 12.5'],
        [
          'invocations, webhooks included',
          perRun(transitions - choices + notifications),
          limits[1],
          'limit 3, naive 7',
        ],
        [
          'write units, indexes included',
          perRun(sum(ledger.map((one) => one.writeUnits))),
          limits[2],
          'limit 6, naive 10',
        ],
        ['read units', perRun(sum(ledger.map((one) => one.readUnits))), undefined, ''],
        [
          'secret reads of a warm environment',
          perRun(services.filter(({ operation }) => operation === 'GetSecretValue').length),
          name === 'callback' ? 0.01 : undefined,
          'limit 0, naive 7',
        ],
        ['webhooks', perRun(notifications), undefined, ''],
      ];
      for (const [what, value, limit, reference] of counted) {
        figures.push({
          metric: 'B9',
          what: `${what}, ${name}`,
          value,
          unit: 'count',
          ...(limit ? { target: { atMost: limit } } : {}),
          ...(name === 'callback' && reference ? { reference } : {}),
        });
      }
      const assumed = runs[name as RunName];
      figures.push({
        metric: 'B9',
        what: `write units the cost is reckoned with, ${name}`,
        value: assumed.writes,
        unit: 'count',
      });
      figures.push({
        metric: 'B9',
        what: `dollars of 1,000 runs without Truora, ${name}`,
        value: sum(Object.values(costOf(name as RunName))),
        unit: 'USD',
        ...(name === 'callback' ? { target: { atMost: 0.26 } } : {}),
      });
    }
    return figures;
  } finally {
    await close();
  }
};
