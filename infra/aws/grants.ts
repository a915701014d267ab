import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { INBOX } from '../../shared/domain/drop.ts';
import { type RouteName, routes } from '../../shared/workflow/functions.ts';
import type { RevalidationApi } from './http-api.ts';
import { useOf } from './kms.ts';
import type { Storage } from './storage.ts';

/**
 * Permission to drop media into the inbox, under the bucket's key. `kms:Decrypt` is for uploads in parts, which `aws s3 cp`
 * makes from 8 MB.
 */
export const grantDrop = (grantee: IGrantable, { media, key }: Storage): Grant => {
  const { conditions } = useOf(key, 's3', 'write');
  const put = Grant.addToPrincipal({
    grantee,
    actions: ['s3:PutObject'],
    resourceArns: [media.arnForObjects(`${INBOX}*`)],
  });
  return put.combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resourceArns: [key.keyArn],
      conditions,
    }),
  );
};

/**
 * Permission to call some routes of the API with a signature.
 * @throws Error where the API takes tokens: no permission of IAM opens it
 */
export const grantRoutes = (grantee: IGrantable, names: RouteName[], { api, issuer }: RevalidationApi): Grant => {
  if (issuer)
    throw new Error(
      `jwt: this API takes the tokens of ${issuer}; give callers a token with the scope instead of a grant`,
    );
  const arns = names.map((name) => {
    const { method, path } = routes[name];
    return api.arnForExecuteApi(method, path.replace(/\{\w+\}/g, '*'));
  });
  return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns: arns });
};
