/** `ClaimRequest` lives in `functions/claim-request.ts`: the words of a function's name, so nobody keeps a list of files. */
export const fileOf = (functionName: string): string => functionName.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

/** `http` functions: one route each. Their names follow the same rule. */
export const routes = {
  ReceiveWebhook: { method: 'POST', path: '/webhooks/truora' },
} as const;

export type RouteName = keyof typeof routes;
