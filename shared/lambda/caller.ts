import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { CallRefusedError } from '../domain/problem.ts';
import { CalledBy } from '../domain/request.ts';

/** Who called, as the gateway has proved it; and the one account they may see, if their token says so. */
export type Caller = { calledBy: string; onlyAccount: string | undefined };

/** What the gateway's authoriser leaves in the event: of IAM or of a token, whichever the deployment chose. */
type Authorizer = {
  iam?: { userArn?: string };
  jwt?: { claims?: Record<string, unknown> };
};

/** A role is one caller whatever its sessions are called: Lambda and EC2 make those up. */
const withoutSession = (arn: string) => arn.replace(/^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');

/**
 * @param accountClaim the claim that holds the one account a token may see; without that claim it sees none
 * @throws TypeError for a call that no authoriser let through: the gateway must never send one
 */
export const callerOf = (event: APIGatewayProxyEventV2, accountClaim: string | undefined): Caller => {
  const { authorizer } = event.requestContext as { authorizer?: Authorizer };
  const { iam, jwt } = authorizer ?? {};
  const subject = jwt?.claims?.sub ?? jwt?.claims?.client_id;
  const calledBy = jwt ? `jwt:${subject}` : iam?.userArn && `iam:${withoutSession(iam.userArn)}`;
  if (!calledBy || (jwt && typeof subject !== 'string')) throw new TypeError('nobody is known to have called');
  if (!jwt || !accountClaim) return { calledBy: CalledBy.parse(calledBy), onlyAccount: undefined };
  const account = jwt.claims?.[accountClaim];
  if (typeof account !== 'string' || account === '') throw forbidden();
  return { calledBy: CalledBy.parse(calledBy), onlyAccount: account };
};

export const maySee = ({ onlyAccount }: Caller, accountId: string | undefined): boolean =>
  onlyAccount === undefined || onlyAccount === accountId;

const forbidden = () => new CallRefusedError('account_forbidden', 'accountId: is not the one that the token is for');

/** @throws CallRefusedError `account_forbidden` */
export const refuseOthers = (caller: Caller, accountId: string): void => {
  if (!maySee(caller, accountId)) throw forbidden();
};
