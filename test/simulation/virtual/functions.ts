import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Invocation as Answer, LambdaHost } from '../../../infra/local/lambda.ts';
import { envKeys } from '../../../infra/workflow/function-table.ts';
import { functionSeconds } from '../../../infra/workflow/timeouts.ts';
import { fileOf } from '../../../shared/workflow/functions.ts';
import { clock } from './clock.ts';
import { invocationNow, invoke } from './effects.ts';

export type FunctionName = keyof typeof functionSeconds;

export const functionNames = Object.keys(functionSeconds) as FunctionName[];

type Context = { functionName: string; awsRequestId: string; getRemainingTimeInMillis: () => number };

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const handlers = new Map<string, Handler>();

/** Loads every function once, and lets each see its own variables and write to its system's log. */
export const loadFunctions = async (say: (line: string) => void): Promise<void> => {
  const { env } = process;
  process.env = new Proxy(env, {
    get: (all, name: string) => invocationNow()?.variables[name] ?? all[name],
  });
  // biome-ignore lint/suspicious/noConsole: what a function writes to its console is its log, and the canaries look there.
  const print = console.log.bind(console);
  console.log = (...words: unknown[]) => (invocationNow() ? say(words.map(String).join(' ')) : print(...words));
  const write = process.stdout.write.bind(process.stdout) as (...words: unknown[]) => boolean;
  process.stdout.write = (...words: unknown[]) => {
    if (!invocationNow()) return write(...words);
    say(String(words[0]));
    return true;
  };
  for (const name of functionNames) {
    const module = await import(
      pathToFileURL(join(import.meta.dirname, '../../../functions', `${fileOf(name)}.ts`)).href
    );
    handlers.set(name, module.handler);
  }
};

const lent = new Map<FunctionName, readonly (typeof envKeys)[FunctionName][number][]>();

/** Gives a function the variables of another one too, whose work a reference design has it do. */
export const lendVariables = (to: FunctionName, of: FunctionName): void => {
  lent.set(to, envKeys[of]);
};

export const arnOf = (name: FunctionName): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** Runs one function with the variables that the template would give it, as Lambda does: through JSON, within its time. */
export const callFunction = async (
  name: FunctionName,
  event: unknown,
  variables: Readonly<Record<string, string>>,
): Promise<unknown> => {
  const handler = handlers.get(name);
  if (!handler) throw new TypeError(`there is no function ${name}`);
  const own = Object.fromEntries(
    [...envKeys[name], ...(lent.get(name) ?? [])].map((key) => {
      const value = variables[key];
      if (value === undefined) throw new TypeError(`this system has no value for ${key} of ${name}`);
      return [key, value];
    }),
  );
  const endsAt = clock.now() + functionSeconds[name] * 1000;
  const context = { functionName: name, awsRequestId: 'request', getRemainingTimeInMillis: () => endsAt - clock.now() };
  const result = await invoke(name, { variables: own, seconds: functionSeconds[name] }, () =>
    handler(JSON.parse(JSON.stringify(event)), context),
  );
  return JSON.parse(JSON.stringify(result ?? null));
};

/** Lambda as the machine sees it. `fault` may answer in its place, as the service does when it does not run a function. */
export const hostOf = (
  variables: Readonly<Record<string, string>>,
  fault: (name: FunctionName, event: unknown) => string | undefined,
): LambdaHost => ({
  idle: async () => {},
  invoke: async (functionArn, event): Promise<Answer> => {
    const name = functionArn.split(':').at(-1) as FunctionName;
    const refused = fault(name, event);
    if (refused) return { error: { errorType: refused, errorMessage: 'the service did not run it', trace: [] } };
    try {
      return { result: await callFunction(name, event, variables) };
    } catch (thrown) {
      const { name: errorType, message, stack = '' } = thrown as Error;
      return { error: { errorType, errorMessage: message, trace: stack.split('\n') } };
    }
  },
});
