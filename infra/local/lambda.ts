import { AsyncLocalStorage } from 'node:async_hooks';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Rights, traceOf } from './iam/roles.ts';
import { resourcesOf, type Template } from './template.ts';

/** A function's answer, as the Lambda service gives it to whoever invoked it: a result, or an error's shape. */
export type Invocation = { result: unknown } | { error: { errorType: string; errorMessage: string; trace: string[] } };

export type LambdaHost = {
  /** Runs a function by its ARN. Event and result pass through JSON, as they do on the wire. */
  invoke(functionArn: string, event: unknown): Promise<Invocation>;
  /** Waits until no function runs any more. */
  idle(): Promise<void>;
};

/** The variables of the function that is running, so that each sees its own and no other's. */
const running = new AsyncLocalStorage<{ variables: Record<string, string>; say: (line: string) => void }>();

const functionsFolder = join(import.meta.dirname, '../../functions');

/** The functions are what this file is: TypeScript in the repository, JavaScript in the package. */
const extension = extname(import.meta.filename);

/**
 * Runs the template's functions in this process, from their sources. What they declare in the template is what they get:
 * variables, time limit, handler, role. Honest limits: memory is not capped, and a handler that runs over its time is left
 * alone, not killed.
 * @param say takes each line that a function, or Lambda on its behalf, writes to the log
 * @param rights is told what a function gives out
 */
export const lambdaHost = (template: Template, say: (line: string) => void, rights?: Rights): LambdaHost => {
  const functions = new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) => {
      const { Handler, Timeout, Environment } = properties as {
        Handler: string;
        Timeout: number;
        Environment?: { Variables: Record<string, string> };
      };
      const [file, exported] = Handler.split('.') as [string, string];
      // Lambda's own two, by which the SDK says with each call which invocation it is of.
      const own = { AWS_LAMBDA_FUNCTION_NAME: id, _X_AMZN_TRACE_ID: traceOf(id) };
      return [id, { file, exported, seconds: Timeout, variables: { ...Environment?.Variables, ...own } }];
    }),
  );
  separateEnvironments(new Set([...functions.values()].flatMap(({ variables }) => Object.keys(variables))));

  const invocations = new Set<Promise<Invocation>>();
  const invoke = async (functionArn: string, event: unknown): Promise<Invocation> => {
    const id = functionArn.split(':').at(-1) ?? '';
    const declared = functions.get(id);
    if (!declared) throw new TypeError(`no function ${id} in the template`);
    const { file, exported, seconds, variables } = declared;
    const text = JSON.stringify(event);
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(timedOut(seconds)), seconds * 1000);
    });
    try {
      const result = await running.run({ variables, say }, async () => {
        const module = await import(pathToFileURL(join(functionsFolder, `${file}${extension}`)).href);
        return Promise.race([module[exported](JSON.parse(text), contextOf(id, seconds)), timeUp]);
      });
      const answer = JSON.stringify(result ?? null);
      rights?.gaveOut(id, answer);
      return { result: JSON.parse(answer) };
    } catch (thrown) {
      const { name, message, stack = '' } = thrown as Error;
      const error = { errorType: name, errorMessage: message, trace: stack.split('\n') };
      // The Lambda runtime logs what a handler throws, stack and all; the local one must not be more discreet.
      say(`ERROR\tInvoke Error\t${JSON.stringify({ errorType: name, errorMessage: message, stack: error.trace })}`);
      return { error };
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    invoke: (functionArn, event) => {
      const invocation = invoke(functionArn, event);
      invocations.add(invocation);
      return invocation.finally(() => invocations.delete(invocation));
    },
    idle: async () => {
      while (invocations.size > 0) await Promise.allSettled(invocations);
    },
  };
};

/** What a handler may ask Lambda about: its name, and how much time it has left. */
const contextOf = (functionName: string, seconds: number) => {
  const endsAt = Date.now() + seconds * 1000;
  return { functionName, getRemainingTimeInMillis: () => endsAt - Date.now() };
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
  // Numbers go to stdout itself, and in Lambda that is the log too.
  const write = process.stdout.write.bind(process.stdout) as (...words: unknown[]) => boolean;
  process.stdout.write = (...words: unknown[]) => {
    const store = running.getStore();
    if (!store) return write(...words);
    running.exit(() => store.say(String(words[0]).trimEnd()));
    return true;
  };
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    // biome-ignore lint/suspicious/noConsole: what a function writes to its console is its log, and is told apart here.
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      const store = running.getStore();
      if (store) running.exit(() => store.say(values.map(String).join(' ')));
      else print(...values);
    };
  }
};
