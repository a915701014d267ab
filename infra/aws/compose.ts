import type { App } from 'aws-cdk-lib';
import { acknowledgeFindings, checkPolicies } from './cdk-nag.ts';
import { isOfAnotherPartition, readConfig } from './config.ts';
import { type FaceRevalidationProps, FaceRevalidationStack } from './stack.ts';

/**
 * What a deployment consists of: the stack that the app's context asks for, and the policies it is held to.
 * @param defaultRegion where the CDK's command line would deploy to when no region is chosen: its profile's
 * @throws Error that names the setting and its rule
 */
export const compose = (
  app: App,
  props: Pick<FaceRevalidationProps, 'codeOf'> = {},
  defaultRegion = process.env.CDK_DEFAULT_REGION,
): FaceRevalidationStack => {
  checkPolicies(app);
  // CDK's own settings have a colon or an @ in their names; whatever is left is meant for us, so a typo is an error.
  const chosen = Object.entries(app.node.getAllContext()).filter(([name]) => !/[:@]/.test(name));
  const config = readConfig(Object.fromEntries(chosen));
  if (!config.region && defaultRegion && isOfAnotherPartition(defaultRegion))
    throw new Error(
      `configuration: region: your AWS profile says ${defaultRegion}, which is not of AWS's own partition; choose another`,
    );
  const stack = new FaceRevalidationStack(app, `face-revalidation-${config.stage}`, { config, ...props });
  acknowledgeFindings(stack, config);
  return stack;
};
