import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import { logEnv } from './env.ts';

const current = new AsyncLocalStorage<string>();

/** The request id of the running invocation; undefined outside of one. */
export const requestIdNow = (): string | undefined => current.getStore();

/** Wraps a handler, so that each line that it logs has the request id of its invocation. */
export const withRequestId =
  <Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) =>
  (event: Event, context: Context): Promise<Result> =>
    current.run(context.awsRequestId, () => handler(event, context));

/**
 * The trace id of X-Ray, by which CloudWatch links a line with its trace. Lambda sets the variable for each invocation
 * (documented): `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=...;Sampled=1`.
 */
export const traceIdNow = (): string | undefined => /\bRoot=([\w-]+)/.exec(logEnv('_X_AMZN_TRACE_ID') ?? '')?.[1];
