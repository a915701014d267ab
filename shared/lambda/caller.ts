import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { calledByOf } from '../domain/called-by.ts';
import { CallRefusedError } from '../domain/problem.ts';

/** The caller that API Gateway authenticated, and the one account that the token allows, if it names one. */
export type Caller = { calledBy: string; onlyAccount: string | undefined };

/** The authorizer context of the event: IAM or a token, by the deployment's setting. */
type Authorizer = {
  iam?: { userArn?: string };
  jwt?: { claims?: Record<string, unknown> };
};

/** All sessions of a role are one caller: Lambda and EC2 generate the session names. */
const withoutSession = (arn: string) => arn.replace(/^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');

/** The subject of a token, or its client when the issuer sets no subject. @throws CallRefusedError `subject_missing` */
const subjectOf = ({ sub, client_id }: Record<string, unknown>): string => {
  const subject = [sub, client_id].find((one) => typeof one === 'string' && one !== '');
  if (typeof subject === 'string') return subject;
  throw new CallRefusedError('subject_missing', 'token: must hold the claim sub, or client_id');
};

/**
 * @param accountClaim the claim with the one account that a token may see; a token without it sees none
 * @throws CallRefusedError `subject_missing`, `account_forbidden`;
 *   TypeError for a call without an authorizer, which API Gateway must never send
 */
export const callerOf = (event: APIGatewayProxyEventV2, accountClaim: string | undefined): Caller => {
  const { authorizer } = event.requestContext as { authorizer?: Authorizer };
  const { iam, jwt } = authorizer ?? {};
  if (!jwt) {
    if (!iam?.userArn) throw new TypeError('the event names no caller');
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

/** A token for one account is a person's. @throws CallRefusedError `account_forbidden` */
export const refusePersons = ({ onlyAccount }: Caller): void => {
  if (onlyAccount === undefined) return;
  throw new CallRefusedError('account_forbidden', 'token: is for one account, and this is for operators and systems');
};

/**
 * The caller of a route for operators. Its scope is theirs alone, so their tokens hold no account; a token that holds one is a person's.
 * @throws CallRefusedError `subject_missing`, `account_forbidden`
 */
export const operatorOf = (event: APIGatewayProxyEventV2, accountClaim: string | undefined): Caller => {
  const { authorizer } = event.requestContext as { authorizer?: Authorizer };
  if (accountClaim && authorizer?.jwt?.claims?.[accountClaim] !== undefined)
    refusePersons(callerOf(event, accountClaim));
  return callerOf(event, undefined);
};

/**
 * A token for one account may name only that account's media: a caller that names an object gets its outcome and its hash, and
 * the object is deleted after the end. Other callers may name everything under `media/`.
 * @throws CallRefusedError `account_forbidden`
 */
export const refuseOthersMedia = ({ onlyAccount }: Caller, key: string): void => {
  if (onlyAccount === undefined || key.startsWith(`media/${onlyAccount}/`)) return;
  throw new CallRefusedError('account_forbidden', 'media.key: must begin with media/{accountId}/, for this token');
};
