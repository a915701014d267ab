import { Stack } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * A service that takes a role for a resource of this account, and for none of another's. Step Functions and EventBridge send
 * the account along (documented: confused deputy); that Lambda does is not documented, so there it would be a risk.
 */
export const assumedBy = (scope: Construct, service: 'states' | 'events'): IPrincipal =>
  new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });

/** A function's role: to begin with it may write its own log. AWS's ready-made policy would open every log there is. */
export const roleOf = (scope: Construct, name: string, logGroup: LogGroup): Role => {
  const role = new Role(scope, `${name}ServiceRole`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    }),
  );
  return role;
};
