import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { calledByOf } from '../domain/called-by.ts';
import { CallRefusedError } from '../domain/problem.ts';

/** Who called, as the gateway has proved it; and the one account they may see, if their token says so. */
export type Caller = { calledBy: string; onlyAccount: string | undefined };

/** What the gateway's authoriser leaves in the event: of IAM or of a token, whichever the deployment chose. */
type Authorizer = {
  iam?: { userArn?: string };
  jwt?: { claims?: Record<string, unknown> };
};

/** A role is one caller whatever its sessions are called: Lambda and EC2 make those up. */
const withoutSession = (arn: string) => arn.replace(/^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');

/** The subject of a token, or its client, where the issuer names no subject. @throws CallRefusedError `subject_missing` */
const subjectOf = ({ sub, client_id }: Record<string, unknown>): string => {
  const subject = [sub, client_id].find((one) => typeof one === 'string' && one !== '');
  if (typeof subject === 'string') return subject;
  throw new CallRefusedError('subject_missing', 'token: must hold the claim sub, or client_id');
};

/**
 * @param accountClaim the claim that holds the one account a token may see; without that claim it sees none
 * @throws CallRefusedError `subject_missing`, `account_forbidden`;
 *   TypeError for a call that no authoriser let through: the gateway must never send one
 */
export const callerOf = (event: APIGatewayProxyEventV2, accountClaim: string | undefined): Caller => {
  const { authorizer } = event.requestContext as { authorizer?: Authorizer };
  const { iam, jwt } = authorizer ?? {};
  if (!jwt) {
    if (!iam?.userArn) throw new TypeError('nobody is known to have called');
    return { calledBy: calledByOf('iam', withoutSession(iam.userArn)), onlyAccount: undefined };
  }
  const claims = jwt.claims ?? {};
  const calledBy = calledByOf('jwt', subjectOf(claims));
  if (!accountClaim) return { calledBy, onlyAccount: undefined };
  const account = claims[accountClaim];
  if (typeof account !== 'string' || account === '') throw forbidden();
  return { calledBy, onlyAccount: account };
};

export const maySee = ({ onlyAccount }: Caller, accountId: string | undefined): boolean =>
  onlyAccount === undefined || onlyAccount === accountId;

const forbidden = () => new CallRefusedError('account_forbidden', 'accountId: is not the one that the token is for');

/** @throws CallRefusedError `account_forbidden` */
export const refuseOthers = (caller: Caller, accountId: string): void => {
  if (!maySee(caller, accountId)) throw forbidden();
};

/**
 * A token for one account may have that account's own media looked at, and no other person's: whoever names an object learns
 * its outcome and its hash, and has it deleted after the end. Others may name all that lies under `media/`.
 * @throws CallRefusedError `account_forbidden`
 */
export const refuseOthersMedia = ({ onlyAccount }: Caller, key: string): void => {
  if (onlyAccount === undefined || key.startsWith(`media/${onlyAccount}/`)) return;
  throw new CallRefusedError('account_forbidden', 'media.key: must begin with media/{accountId}/, for this token');
};
