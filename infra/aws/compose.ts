import type { App } from 'aws-cdk-lib';
import { acknowledgeFindings, checkPolicies } from './cdk-nag.ts';
import { isOfAnotherPartition, readConfig } from './config.ts';
import { type FaceRevalidationProps, FaceRevalidationStack } from './stack.ts';

/**
 * Builds the stack from the app's context and applies cdk-nag's rules.
 * @param defaultRegion the region of the AWS profile, which the CDK uses when no region is chosen
 * @throws Error that names the setting and its rule
 */
export const compose = (
  app: App,
  props: Pick<FaceRevalidationProps, 'codeOf'> = {},
  defaultRegion = process.env.CDK_DEFAULT_REGION,
): FaceRevalidationStack => {
  checkPolicies(app);
  // CDK's own settings have a colon or an @ in their names. Every other one must be a known setting, so a typo is an error.
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
