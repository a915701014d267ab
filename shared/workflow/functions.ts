import { type StepName, stepNames } from './contract.ts';

/** The file name of a function: `ClaimRequest` is in `functions/claim-request.ts`. */
export const fileOf = (functionName: string): string => functionName.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

type Route = {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scope: 'read' | 'write' | 'operate' | 'signature' | 'public';
};

/**
 * The routes of the HTTP API, one function each. The scope is the caller's permission: to read, to write, to erase a person, a
 * signature in the body, or none for what everyone may read.
 */
export const routes = {
  StartRevalidation: { method: 'POST', path: '/revalidations', scope: 'write' },
  ReadRevalidation: { method: 'GET', path: '/revalidations/{id}', scope: 'read' },
  ListRevalidations: { method: 'GET', path: '/accounts/{accountId}/revalidations', scope: 'read' },
  CancelRevalidation: { method: 'POST', path: '/revalidations/{id}/cancel', scope: 'write' },
  EraseAccount: { method: 'DELETE', path: '/accounts/{accountId}', scope: 'operate' },
  ChooseAlternative: { method: 'POST', path: '/revalidations/{id}/alternative', scope: 'write' },
  GiveConsent: { method: 'POST', path: '/consents', scope: 'write' },
  RevokeConsent: { method: 'POST', path: '/consents/{id}/revoke', scope: 'write' },
  ListConsents: { method: 'GET', path: '/accounts/{accountId}/consents', scope: 'read' },
  ReadEvidence: { method: 'GET', path: '/revalidations/{id}/evidence', scope: 'read' },
  ReadJwks: { method: 'GET', path: '/.well-known/jwks.json', scope: 'public' },
  PlanCampaign: { method: 'POST', path: '/campaigns', scope: 'operate' },
  ListCampaigns: { method: 'GET', path: '/campaigns', scope: 'read' },
  ReadCampaign: { method: 'GET', path: '/campaigns/{id}', scope: 'read' },
  StartCampaign: { method: 'POST', path: '/campaigns/{id}/start', scope: 'operate' },
  PauseCampaign: { method: 'POST', path: '/campaigns/{id}/pause', scope: 'operate' },
  ResumeCampaign: { method: 'POST', path: '/campaigns/{id}/resume', scope: 'operate' },
  CancelCampaign: { method: 'POST', path: '/campaigns/{id}/cancel', scope: 'operate' },
  ReceiveWebhook: { method: 'POST', path: '/webhooks/truora', scope: 'signature' },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

type Job = { on: 'schedule' | 'failure' | 'outcome' };

/**
 * The jobs. Some run on a schedule; the others handle the event of each execution that failed, was stopped or timed out, or of each
 * outcome and amendment.
 */
export const jobs = {
  SweepInbox: { on: 'schedule' },
  SweepLedger: { on: 'schedule' },
  SweepErasures: { on: 'schedule' },
  CheckKey: { on: 'schedule' },
  RepairExecution: { on: 'failure' },
  SignEvidence: { on: 'outcome' },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof jobs;

/** The functions that a deployment without evidence does not have. */
export const evidenceFunctions = ['ReadEvidence', 'ReadJwks', 'SignEvidence'] as const;

export type EvidenceFunction = (typeof evidenceFunctions)[number];

/** The steps of the machine of campaigns. */
export const campaignSteps = ['ReadManifest', 'WaitForTurn', 'RecordRow', 'SumUp'] as const;

export type CampaignStep = (typeof campaignSteps)[number];

/** The functions that only a deployment with campaigns has. */
export const campaignFunctions = [
  ...campaignSteps,
  'PlanCampaign',
  'ListCampaigns',
  'ReadCampaign',
  'StartCampaign',
  'PauseCampaign',
  'ResumeCampaign',
  'CancelCampaign',
] as const;

export type CampaignFunction = (typeof campaignFunctions)[number];

export type FunctionName = StepName | CampaignStep | RouteName | JobName;

/** The functions that every deployment has. */
export type CoreFunction = Exclude<FunctionName, EvidenceFunction | CampaignFunction>;

export const functionNames: readonly FunctionName[] = [
  ...stepNames,
  ...(Object.keys(routes) as RouteName[]),
  ...(Object.keys(jobs) as JobName[]),
  ...campaignSteps,
];

/** The functions of a deployment. */
export const functionsOf = ({ evidence, campaigns }: { evidence: boolean; campaigns: boolean }): FunctionName[] => {
  const without: readonly string[] = [...(evidence ? [] : evidenceFunctions), ...(campaigns ? [] : campaignFunctions)];
  return functionNames.filter((name) => !without.includes(name));
};
