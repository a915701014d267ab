import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { traceOf } from '../../../infra/local/iam/roles.ts';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import { resourcesOf, type Template } from '../../../infra/local/template.ts';
import { fileOf } from '../../../shared/workflow/functions.ts';

/** What the process of functions is told: to invoke a handler with each of these events, one after the other, or to say what it holds. */
export type Order =
  | 'heap'
  | { file: string; exported: string; variables: Record<string, string>; events: readonly unknown[] };

/** A handler, in a file, and the variables of the function whose place it takes. */
export type Place = { file: string; exported: string; variables: Record<string, string> };

const root = join(import.meta.dirname, '../../..');

/** A local system whose functions can be run by processes of their own, with the variables and the role that the template gives them. */
export const startApart = async (options: Parameters<typeof startLocalSystem>[0] = {}) => {
  let template: Template | undefined;
  const system = await startLocalSystem({
    ...options,
    edit: (synthesized) => {
      template = synthesized;
      return synthesized;
    },
  });
  const functions = template ? resourcesOf(template, 'AWS::Lambda::Function') : [];
  const placeOf = (name: string): Place => {
    const found = functions.find(({ properties }) => properties.Handler === `${fileOf(name)}.handler`);
    if (!found) throw new TypeError(`there is no function ${name}`);
    const { Variables } = (found.properties.Environment ?? { Variables: {} }) as { Variables: Record<string, string> };
    return {
      file: join(root, 'functions', `${fileOf(name)}.ts`),
      exported: 'handler',
      variables: { ...Variables, _X_AMZN_TRACE_ID: traceOf(found.id), AWS_LAMBDA_FUNCTION_NAME: found.id },
    };
  };
  return { system, placeOf };
};

/** The clients' addresses and credentials, as the local system gives them to its own functions. */
const addressesOf = ({ endpoints, credentials }: LocalSystem): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(endpoints).map(([name, url]) => [`AWS_ENDPOINT_URL_${name}`, url])),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  POWERTOOLS_TRACE_ENABLED: 'false',
  NODE_ENV: 'production',
});

/** A process that runs handlers against the services of the system. */
export const startFunctions = (system: LocalSystem) => {
  const child = fork(join(import.meta.dirname, 'function-process.ts'), {
    env: { PATH: process.env.PATH ?? '', ...addressesOf(system) },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the functions ended with ${code}`)));
  const tell = async (order: Order) => {
    child.send(order);
    const [answer] = await Promise.race([once(child, 'message'), ended]);
    return answer;
  };
  return {
    heap: (): Promise<number> => tell('heap'),
    /** @throws Error that the handler has thrown */
    invoke: async (place: Place, events: readonly unknown[]): Promise<{ result: unknown; milliseconds: number }> => {
      const answer = await tell({ ...place, events });
      if (answer.error) throw Object.assign(new Error(answer.error.message), { name: answer.error.name });
      return answer;
    },
    close: async () => {
      child.disconnect();
      await ended.catch(() => {});
    },
  };
};
