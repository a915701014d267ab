import { pathToFileURL } from 'node:url';
import type { Order } from './functions-apart.ts';

/** Runs handlers in a process with nothing else in it, so that what they cost and what they hold is theirs. It answers each order with a number or a result. */
const handlers = new Map<string, (event: unknown, context: object) => Promise<unknown>>();

const context = { functionName: 'measured', awsRequestId: 'measured', getRemainingTimeInMillis: () => 60_000 };

const handlerOf = async (file: string, exported: string) => {
  const known = handlers.get(`${file} ${exported}`);
  if (known) return known;
  const { [exported]: handler } = await import(pathToFileURL(file).href);
  handlers.set(`${file} ${exported}`, handler);
  return handler;
};

/** In KB. */
const heap = (): number => {
  for (let nth = 0; nth < 3; nth += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1000;
};

/** @returns the result of the last invocation, and the processor time of one, in milliseconds */
const invoke = async ({ file, exported, variables, events }: Exclude<Order, 'heap'>) => {
  Object.assign(process.env, variables);
  const handler = await handlerOf(file, exported);
  let result: unknown;
  const before = process.cpuUsage();
  for (const event of events) result = await handler(event, context);
  const { user, system } = process.cpuUsage(before);
  return { result, milliseconds: (user + system) / 1000 / events.length };
};

process.on('message', async (order: Order) => {
  try {
    process.send?.(order === 'heap' ? heap() : await invoke(order));
  } catch (error) {
    process.send?.({
      error: error instanceof Error ? { name: error.name, message: error.message } : { name: 'unknown' },
    });
  }
});

process.once('disconnect', () => process.exit());
