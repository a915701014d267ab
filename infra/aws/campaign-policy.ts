import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CAMPAIGNS, MANIFESTS } from '../../shared/campaigns/campaign.ts';
import { campaignFunctions, type RouteName, routes } from '../../shared/workflow/functions.ts';
import type { RevalidationApi } from './http-api.ts';
import { useOf } from './kms.ts';
import type { Storage } from './storage.ts';

/**
 * What the people who run campaigns may do beside the operator's policy, which is nearly as long as a policy may be: put a manifest, call
 * the routes, and read results. It is attached to no identity.
 */
export const campaignPolicy = (
  scope: Construct,
  id: string,
  { api: { api, issuer }, storage: { media, key } }: { api: RevalidationApi; storage: Storage },
): ManagedPolicy => {
  const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });
  const called = campaignFunctions.filter(
    (name): name is (typeof campaignFunctions)[number] & RouteName => name in routes,
  );
  const arns = called.map((name) => {
    const { method, path } = routes[name];
    return api.arnForExecuteApi(method, path.replace(/\{\w+\}/g, '*'));
  });
  return new ManagedPolicy(scope, id, {
    description: 'Runs campaigns of one stage of Face Re-Validation.',
    statements: [
      allow(['s3:PutObject'], [media.arnForObjects(`${MANIFESTS}*`)]),
      allow(['s3:GetObject'], [media.arnForObjects(`${CAMPAIGNS}*`)]),
      // Without it S3 answers 403 for a manifest that is not there yet.
      allow(['s3:ListBucket'], [media.bucketArn]),
      useOf(key, 's3', 'write'),
      ...(issuer ? [] : [allow(['execute-api:Invoke'], arns)]),
    ],
  });
};
