import type { Found } from './program/checks.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { type Connected, connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { type Requested, readRequest } from './program/request.ts';

type Options = StageOptions & {
  charge?: string;
  json?: boolean;
  account?: string;
  enrollment?: string;
  authorized?: boolean;
};

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Proves a deployment for free: outputs, secrets, alarms, the webhook, and one whole run that must end refused/enrollment_unknown.',
    )
    .option(
      '--charge <file>',
      'also drop a photo or video of a colleague, which Truora charges; it must be approved by webhook',
    )
    .option('--account <id>', 'with --charge: the colleague, by the id that Truora knows')
    .option('--enrollment <id>', "with --charge: Truora's enrollment of the colleague")
    .option('--authorized', 'with --charge: the colleague has agreed to be verified')
    .option('--json', 'print the checks as JSON: check, isOk, detail, remedy')
    .addHelpText('after', exitCodeHelp('a check failed'));
  does(command, (options: Options) => smoke(options, context));
};

type Checked = { check: string } & Found;

type Check = (connected: Connected, context: Context) => Promise<Found>;

const smoke = async (options: Options, context: Context): Promise<number> => {
  const { charge } = options;
  const requested = charge === undefined ? undefined : await readRequest(charge, options, context);
  const connected = await connect(options, context);
  const all: Checked[] = [];
  for (const [name, check] of await checksOf(requested)) {
    const found = await check(connected, context).catch(
      (error: Error): Found => ({
        isOk: false,
        detail: error.message,
        remedy: 'check the permissions of your credentials, and the network',
      }),
    );
    all.push({ check: name, ...found });
    if (!options.json) context.print(lineOf({ check: name, ...found }));
  }
  const failures = all.filter(({ isOk }) => !isOk).length;
  if (options.json) context.print(JSON.stringify(all, null, 2));
  else context.print(failures === 0 ? `${connected.name} works` : `${failures} checks failed for ${connected.name}`);
  return failures === 0 ? exitCodes.ok : exitCodes.no;
};

const lineOf = (one: Checked): string =>
  one.isOk ? `ok      ${one.check}: ${one.detail}` : `failed  ${one.check}: ${one.detail}. What to do: ${one.remedy}`;

const checksOf = async (requested: Requested | undefined): Promise<[string, Check][]> => {
  const [checks, { checkFreeRun, checkChargedRun }] = await Promise.all([
    import('./program/checks.ts'),
    import('./program/free-run.ts'),
  ]);
  return [
    ['outputs', checks.checkOutputs],
    ['Truora key', checks.checkTruoraKey],
    ['webhook keys', checks.checkWebhookKeys],
    ['webhook', checks.checkWebhook],
    ['alarm mail', checks.checkAlarms],
    ['free run', checkFreeRun],
    ...(requested ? [['charged run', (connected) => checkChargedRun(connected, requested)] as [string, Check]] : []),
  ];
};
