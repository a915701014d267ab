import { type StepName, stepNames } from './contract.ts';

/** The file name of a function: `ClaimRequest` is in `functions/claim-request.ts`. */
export const fileOf = (functionName: string): string => functionName.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

type Route = { method: 'GET' | 'POST'; path: string; scope: 'read' | 'write' | 'signature' };

/**
 * The routes of the HTTP API, one function each. The scope is the caller's permission: to read, to write, or a signature in the
 * body.
 */
export const routes = {
  StartRevalidation: { method: 'POST', path: '/revalidations', scope: 'write' },
  ReadRevalidation: { method: 'GET', path: '/revalidations/{id}', scope: 'read' },
  ListRevalidations: { method: 'GET', path: '/accounts/{accountId}/revalidations', scope: 'read' },
  CancelRevalidation: { method: 'POST', path: '/revalidations/{id}/cancel', scope: 'write' },
  ChooseAlternative: { method: 'POST', path: '/revalidations/{id}/alternative', scope: 'write' },
  GiveConsent: { method: 'POST', path: '/consents', scope: 'write' },
  RevokeConsent: { method: 'POST', path: '/consents/{id}/revoke', scope: 'write' },
  ListConsents: { method: 'GET', path: '/accounts/{accountId}/consents', scope: 'read' },
  ReceiveWebhook: { method: 'POST', path: '/webhooks/truora', scope: 'signature' },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

type Job = { on: 'schedule' | 'failure' };

/**
 * The jobs. Some run on a schedule; the others handle the event of each execution that failed, was stopped or timed out.
 */
export const jobs = {
  SweepInbox: { on: 'schedule' },
  SweepLedger: { on: 'schedule' },
  CheckKey: { on: 'schedule' },
  RepairExecution: { on: 'failure' },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof jobs;

export type FunctionName = StepName | RouteName | JobName;

export const functionNames: readonly FunctionName[] = [
  ...stepNames,
  ...(Object.keys(routes) as RouteName[]),
  ...(Object.keys(jobs) as JobName[]),
];
