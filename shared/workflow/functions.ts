import { type StepName, stepNames } from './contract.ts';

/** The file name of a function: `ClaimRequest` is in `functions/claim-request.ts`. */
export const fileOf = (functionName: string): string => functionName.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

type Route = {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scope: 'read' | 'write' | 'operate' | 'signature' | 'link' | 'public';
};

/**
 * The routes of the HTTP API, one function each. The scope is the caller's permission: to read, to write, to erase a person or run a
 * campaign, a signature in the body, a capture link or the session that it opened, or none for what everyone may read.
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
  OpenCapture: { method: 'POST', path: '/capture/sessions', scope: 'link' },
  ReadCapture: { method: 'GET', path: '/capture', scope: 'link' },
  AgreeToCapture: { method: 'POST', path: '/capture/consent', scope: 'link' },
  GiveCaptureForm: { method: 'POST', path: '/capture/upload', scope: 'link' },
  LeaveCapture: { method: 'POST', path: '/capture/alternative', scope: 'link' },
  ReadEvidence: { method: 'GET', path: '/revalidations/{id}/evidence', scope: 'read' },
  ReadJwks: { method: 'GET', path: '/.well-known/jwks.json', scope: 'public' },
  ListCases: { method: 'GET', path: '/days/{day}/cases', scope: 'read' },
  ReadDay: { method: 'GET', path: '/days/{day}', scope: 'read' },
  ReadCase: { method: 'GET', path: '/revalidations/{id}/case', scope: 'read' },
  FollowUpCase: { method: 'POST', path: '/revalidations/{id}/follow-up', scope: 'write' },
  ReadHealth: { method: 'GET', path: '/health', scope: 'read' },
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

/** The functions that only a deployment with the operator's console has. */
export const consoleFunctions = ['ListCases', 'ReadDay', 'ReadCase', 'FollowUpCase', 'ReadHealth'] as const;

export type ConsoleFunction = (typeof consoleFunctions)[number];

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

/** The functions that a setting leaves out. */
export type OptionalFunction = EvidenceFunction | ConsoleFunction | CampaignFunction;

export type GatewayScope = Extract<Route['scope'], 'read' | 'write' | 'operate'>;

/** Whether the gateway checks the caller. In any other route the function checks the call, or everyone may make it. */
export const isGatewayScope = (scope: Route['scope']): scope is GatewayScope =>
  scope === 'read' || scope === 'write' || scope === 'operate';

export type FunctionName = StepName | CampaignStep | RouteName | JobName;

/** The functions that every deployment has. */
export type CoreFunction = Exclude<FunctionName, OptionalFunction>;

export const functionNames: readonly FunctionName[] = [
  ...stepNames,
  ...(Object.keys(routes) as RouteName[]),
  ...(Object.keys(jobs) as JobName[]),
  ...campaignSteps,
];

/** The functions of a deployment with these settings. */
export const functionsOf = (config: {
  evidence: boolean;
  console: boolean;
  campaigns: boolean;
}): readonly FunctionName[] => {
  const without: readonly string[] = [
    ...(config.evidence ? [] : evidenceFunctions),
    ...(config.console ? [] : consoleFunctions),
    ...(config.campaigns ? [] : campaignFunctions),
  ];
  return functionNames.filter((name) => !without.includes(name));
};
