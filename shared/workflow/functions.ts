import { type StepName, stepNames } from './contract.ts';

/** `ClaimRequest` lives in `functions/claim-request.ts`: the words of a function's name, so nobody keeps a list of files. */
export const fileOf = (functionName: string): string => functionName.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

type Route = { method: 'GET' | 'POST'; path: string; scope: 'read' | 'write' | 'signature' };

/**
 * `http` functions: one route each. Their names follow the same rule. The scope is what a caller needs: to read, to write,
 * or a signature of its own in the body.
 */
export const routes = {
  StartRevalidation: { method: 'POST', path: '/revalidations', scope: 'write' },
  ReadRevalidation: { method: 'GET', path: '/revalidations/{id}', scope: 'read' },
  ListRevalidations: { method: 'GET', path: '/accounts/{accountId}/revalidations', scope: 'read' },
  CancelRevalidation: { method: 'POST', path: '/revalidations/{id}/cancel', scope: 'write' },
  ReceiveWebhook: { method: 'POST', path: '/webhooks/truora', scope: 'signature' },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

type Watch = { on: 'schedule' | 'failure' };

/**
 * `watch` functions: nobody calls them. Some look after things every few minutes, and some are told of each execution of
 * ours that failed, was stopped or ran out of time. Their names follow the same rule.
 */
export const jobs = {
  SweepInbox: { on: 'schedule' },
  SweepLedger: { on: 'schedule' },
  CheckKey: { on: 'schedule' },
  RepairExecution: { on: 'failure' },
} as const satisfies Record<string, Watch>;

export type JobName = keyof typeof jobs;

export type FunctionName = StepName | RouteName | JobName;

export const functionNames: readonly FunctionName[] = [
  ...stepNames,
  ...(Object.keys(routes) as RouteName[]),
  ...(Object.keys(jobs) as JobName[]),
];
