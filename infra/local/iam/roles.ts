import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { resourcesOf, type Template } from '../template.ts';
import { type Ask, isAllowed, policiesOf } from './policies.ts';

/** One call of a role's, and what came of it. */
export type RoleCall = Ask & { role: string; allowed: boolean };

export type Rights = {
  /** The role of the function that a call came from; undefined when it is the desk's: the world's, a test's, a person's. */
  callerOf(headers: IncomingHttpHeaders): string | undefined;
  /** Whether a role may. The desk may everything. */
  may(role: string | undefined, ask: Ask): boolean;
  /** A function has given out something signed: signing is no call, so that is all one sees of it. */
  gaveOut(functionId: string, text: string): void;
  /** The role whose function gave this signature out. */
  signerOf(signature: string): string | undefined;
};

/**
 * What makes an invocation tell whose it is: Lambda gives each one a trace, and the SDK sends it along with every call
 * (`X-Amzn-Trace-Id`). Here the trace names the function. It is read from the environment at the moment of the call, so
 * functions that share one process, and one SDK client, are still told apart. It proves nothing, and need not: nobody on
 * a desk lies about who they are.
 */
export const traceOf = (functionId: string): string => {
  const name = createHash('sha256').update(functionId).digest('hex');
  return `Root=1-${name.slice(0, 8)}-${name.slice(8, 32)};Parent=${name.slice(32, 48)};Sampled=1`;
};

/** A role that no function has, for a trace of nobody's: it may do nothing. */
const NOBODY = 'arn:aws:iam::000000000000:role/nobody';

/**
 * The template's roles, as IAM would hold their functions to them.
 * @param onCall hears of every call that was asked about, allowed or not
 */
export const rightsIn = (template: Template, onCall: (call: RoleCall) => void = () => {}): Rights => {
  const policies = policiesOf(template);
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const roleOf = new Map(functions.map(({ id, properties }) => [id, String(properties.Role)]));
  const byTrace = new Map([...roleOf].map(([id, role]) => [traceOf(id), role]));
  const signers = new Map<string, string>();
  return {
    callerOf: ({ 'x-amzn-trace-id': trace }) =>
      trace === undefined ? undefined : (byTrace.get(String(trace)) ?? NOBODY),
    may: (role, ask) => {
      if (role === undefined) return true;
      const allowed = isAllowed(policies.get(role) ?? [], ask);
      onCall({ role, ...ask, allowed });
      return allowed;
    },
    gaveOut: (functionId, text) => {
      const role = roleOf.get(functionId);
      for (const [, signature = ''] of text.matchAll(/X-Amz-Signature\W+([0-9a-f]{64})/g)) {
        if (role) signers.set(signature, role);
      }
    },
    signerOf: (signature) => signers.get(signature),
  };
};

/** AWS's sentence for a call that no policy allows. */
export const denialOf = (role: string | undefined, { action, resource }: Ask): string =>
  `User: ${role} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
