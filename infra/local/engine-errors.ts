import { denialOf, type Permissions } from './iam/roles.ts';

/** An error for the engine: Retry and Catch match `name`, and `message` becomes the cause. */
export const engineError = (name: string, message: string, more: { isRetryable?: false; isCatchable?: false } = {}) =>
  Object.assign(new Error(message), { name, ...more });

/** Neither retried nor caught: the engine's Retry would continue after an abort. */
export const overError = () =>
  engineError('States.Runtime', 'the execution is over', { isRetryable: false, isCatchable: false });

export type RefuseUnless = (error: string, action: string, target: string) => void;

/** Checks a machine's own role. The names of the errors are from published histories (seen). */
export const refusalsOf =
  (role: string, permissions: Permissions | undefined): RefuseUnless =>
  (error, action, target) => {
    const ask = { action, resource: target };
    if (permissions?.may(role, ask) === false) throw engineError(error, denialOf(role, ask));
  };
