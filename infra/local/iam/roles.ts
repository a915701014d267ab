import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { resourcesOf, type Template } from '../template.ts';
import { type Ask, isAllowed, policiesOf } from './policies.ts';

/** One call of a role, and whether it was allowed. */
export type RoleCall = Ask & { role: string; allowed: boolean };

export type Permissions = {
  /** The role of the calling function; undefined for a call of the local system itself, a test or a person. */
  callerOf(headers: IncomingHttpHeaders): string | undefined;
  /** Whether a role may make the call. A call without a role is always allowed. */
  may(role: string | undefined, ask: Ask): boolean;
  /** Records the signatures in a function's answer: signing is no call, so only the answer shows them. */
  recordSignatures(functionId: string, text: string): void;
  /** The role of the function that made this signature. */
  signerOf(signature: string): string | undefined;
};

/**
 * A trace id that identifies the function: Lambda gives each invocation a trace, and the SDK sends it with every call
 * (`X-Amzn-Trace-Id`). The SDK reads it from the environment at each call, so it distinguishes functions that share one process and
 * one SDK client. It is no proof of identity; the local system needs none.
 */
export const traceOf = (functionId: string): string => {
  const name = createHash('sha256').update(functionId).digest('hex');
  return `Root=1-${name.slice(0, 8)}-${name.slice(8, 32)};Parent=${name.slice(32, 48)};Sampled=1`;
};

/** The role of an unknown trace: no function has it, and it has no permission. */
const UNKNOWN_ROLE = 'arn:aws:iam::000000000000:role/unknown';

/**
 * Evaluates the roles of the template as IAM does.
 * @param onCall gets each checked call, allowed or not
 */
export const permissionsIn = (template: Template, onCall: (call: RoleCall) => void = () => {}): Permissions => {
  const policies = policiesOf(template);
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const roleOf = new Map(functions.map(({ id, properties }) => [id, String(properties.Role)]));
  const byTrace = new Map([...roleOf].map(([id, role]) => [traceOf(id), role]));
  const signers = new Map<string, string>();
  return {
    callerOf: ({ 'x-amzn-trace-id': trace }) =>
      trace === undefined ? undefined : (byTrace.get(String(trace)) ?? UNKNOWN_ROLE),
    may: (role, ask) => {
      if (role === undefined) return true;
      const allowed = isAllowed(policies.get(role) ?? [], ask);
      onCall({ role, ...ask, allowed });
      return allowed;
    },
    recordSignatures: (functionId, text) => {
      const role = roleOf.get(functionId);
      for (const [, signature = ''] of text.matchAll(/X-Amz-Signature\W+([0-9a-f]{64})/g)) {
        if (role) signers.set(signature, role);
      }
    },
    signerOf: (signature) => signers.get(signature),
  };
};

/** AWS's message for a call that no policy allows. */
export const denialOf = (role: string | undefined, { action, resource }: Ask): string =>
  `User: ${role} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
