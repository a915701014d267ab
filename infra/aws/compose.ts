import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { acknowledgeFindings, checkPolicies } from './cdk-nag.ts';
import { FaceRevalidationStack } from './own-stack.ts';
import { isOfAnotherPartition } from './setting-values.ts';
import type { FaceRevalidationProps } from './stack.ts';
import { readStage, StageError, stageFolder, stageNames } from './stage-file.ts';

type Sources = Pick<FaceRevalidationProps, 'codeOf'> & {
  /** The folder of the stage files, and of the folder `consent` with the texts of consent. */
  folder?: string;
  /** The region of the AWS profile, which the CDK uses when the stage names none. */
  defaultRegion?: string | undefined;
};

/**
 * Builds the stack of the stage that the app's context names, with the settings of its file, and applies cdk-nag's rules.
 * @throws StageError that names the file, the setting and its rule
 */
export const compose = (
  app: App,
  { codeOf, folder = stageFolder, defaultRegion = process.env.CDK_DEFAULT_REGION }: Sources = {},
): FaceRevalidationStack => {
  checkPolicies(app);
  // CDK's own context has a colon or an @ in its names. Every other name is a person's.
  const given = Object.entries(app.node.getAllContext()).filter(([name]) => !/[:@]/.test(name));
  const { stage, ...others } = Object.fromEntries(given);
  if (typeof stage !== 'string')
    throw new StageError(
      `no stage: give -c stage=${stageNames(folder)[0] ?? 'dev'} (${stageNames(folder).join(', ')})`,
    );
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new StageError(`-c ${other}: settings are in infra/stages/${stage}.json, -c takes the stage alone`);
  const { config } = readStage(stage, folder);
  if (!config.region && defaultRegion && isOfAnotherPartition(defaultRegion))
    throw new StageError(
      `configuration: region: your AWS profile says ${defaultRegion}, which is not of AWS's own partition; choose another`,
    );
  const consentFolder = join(folder, 'consent');
  const props = codeOf ? { config, consentFolder, codeOf } : { config, consentFolder };
  const stack = new FaceRevalidationStack(app, `face-revalidation-${config.stage}`, props);
  acknowledgeFindings(stack, config);
  return stack;
};
