import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EnvKey } from '../../shared/lambda/env.ts';
import { type Permissions, traceOf } from './iam/roles.ts';
import { resourcesOf, type Template } from './template.ts';

/** A function's answer as the Lambda service gives it to the caller: a result, or the shape of an error. */
export type Invocation = { result: unknown } | { error: { errorType: string; errorMessage: string; trace: string[] } };

export type LambdaHost = {
  /** Runs a function by its ARN. Event and result pass through JSON, as they do on the wire. */
  invoke(functionArn: string, event: unknown): Promise<Invocation>;
  /** Waits until no function runs any more. */
  idle(): Promise<void>;
};

/** Sets a variable that is known only once the services listen, in each function that has it. */
type Defining = { define(variable: EnvKey, value: string): void };

/** The variables of the running function, so that each function sees only its own. */
const running = new AsyncLocalStorage<{ variables: Record<string, string>; log: (line: string) => void }>();

/**
 * Runs of one function at once; more wait for their turn. On Lambda each run has a processor of its own. Here all share one: of
 * five hundred runs at once, each call to Truora would pass its deadline while the others compute. Counted for each function,
 * because one may wait for another: an upload is answered after its webhook was heard.
 */
const MOST_AT_ONCE = 8;

/** Gives out so many turns at once, in the order in which they were asked for. @returns gives the turn back */
const turnsOf = (most: number): (() => Promise<() => void>) => {
  let free = most;
  const waiting: (() => void)[] = [];
  const giveBack = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return giveBack;
  };
};

const functionsFolder = join(import.meta.dirname, '../../functions');

/** The functions are what this file is: TypeScript in the repository, JavaScript in the package. */
const extension = extname(import.meta.filename);

/**
 * Runs the template's functions in this process, from their sources, with the template's variables, time limit, handler and role.
 * Limits: memory is not limited, and a handler that exceeds its time is not killed.
 * @param log gets each line that a function, or Lambda for it, writes to the log
 * @param permissions gets the answer of each function, to find signatures in it
 */
export const lambdaHost = (
  template: Template,
  log: (line: string) => void,
  permissions?: Permissions,
): LambdaHost & Defining => {
  const functions = new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) => {
      const { Handler, Timeout, Environment } = properties as {
        Handler: string;
        Timeout: number;
        Environment?: { Variables: Record<string, string> };
      };
      const [file, exported] = Handler.split('.') as [string, string];
      // Lambda's own two. The SDK sends them with each call.
      const own = { AWS_LAMBDA_FUNCTION_NAME: id, _X_AMZN_TRACE_ID: traceOf(id) };
      const variables: Record<string, string> = { ...Environment?.Variables, ...own };
      return [id, { file, exported, seconds: Timeout, variables, turn: turnsOf(MOST_AT_ONCE) }];
    }),
  );
  separateEnvironments(new Set([...functions.values()].flatMap(({ variables }) => Object.keys(variables))));

  const invocations = new Set<Promise<Invocation>>();
  const invoke = async (functionArn: string, event: unknown): Promise<Invocation> => {
    const id = functionArn.split(':').at(-1) ?? '';
    const declared = functions.get(id);
    if (!declared) throw new TypeError(`no function ${id} in the template`);
    const { file, exported, seconds, variables, turn } = declared;
    const text = JSON.stringify(event);
    const giveBack = await turn();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(timedOut(seconds)), seconds * 1000);
    });
    try {
      const result = await running.run({ variables, log }, async () => {
        const module = await import(pathToFileURL(join(functionsFolder, `${file}${extension}`)).href);
        return Promise.race([module[exported](JSON.parse(text), contextOf(id, seconds)), timeUp]);
      });
      const answer = JSON.stringify(result ?? null);
      permissions?.recordSignatures(id, answer);
      return { result: JSON.parse(answer) };
    } catch (thrown) {
      const { name, message, stack = '' } = thrown as Error;
      const error = { errorType: name, errorMessage: message, trace: stack.split('\n') };
      // The Lambda runtime logs a thrown error with its stack; the local one does the same.
      log(`ERROR\tInvoke Error\t${JSON.stringify({ errorType: name, errorMessage: message, stack: error.trace })}`);
      return { error };
    } finally {
      clearTimeout(timer);
      giveBack();
    }
  };

  return {
    invoke: (functionArn, event) => {
      const invocation = invoke(functionArn, event);
      invocations.add(invocation);
      return invocation.finally(() => invocations.delete(invocation));
    },
    define: (variable, value) => {
      for (const { variables } of functions.values()) if (variable in variables) variables[variable] = value;
    },
    idle: async () => {
      while (invocations.size > 0) await Promise.allSettled(invocations);
    },
  };
};

/** The handler's context: its name, the id of the request and the remaining time. */
const contextOf = (functionName: string, seconds: number) => {
  const endsAt = Date.now() + seconds * 1000;
  return { functionName, awsRequestId: randomUUID(), getRemainingTimeInMillis: () => endsAt - Date.now() };
};

const timedOut = (seconds: number) =>
  Object.assign(new Error(`Task timed out after ${seconds}.00 seconds`), { name: 'Sandbox.Timedout', stack: '' });

/** Puts a function's own variables, and its console, in front of the process's while it runs. */
const separateEnvironments = (names: ReadonlySet<string>): void => {
  const { env } = process;
  process.env = new Proxy(env, {
    get: (all, name: string) => (names.has(name) ? running.getStore()?.variables[name] : all[name]),
    set: (all, name: string, value) => {
      all[name] = value;
      return true;
    },
  });
  // Lines and metrics are written to stdout, which is the log in Lambda too.
  const write = process.stdout.write.bind(process.stdout) as (...chunks: unknown[]) => boolean;
  process.stdout.write = (...chunks: unknown[]) => {
    const store = running.getStore();
    if (!store) return write(...chunks);
    running.exit(() => store.log(String(chunks[0]).trimEnd()));
    return true;
  };
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    // biome-ignore lint/suspicious/noConsole: what a function writes to its console is its log, and is separated here.
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      const store = running.getStore();
      if (store) running.exit(() => store.log(values.map(String).join(' ')));
      else print(...values);
    };
  }
};
