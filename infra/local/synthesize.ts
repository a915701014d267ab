import { rmSync } from 'node:fs';
import { App, type Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Config } from '../aws/config.ts';
import { ExampleCallerStack } from '../aws/example-caller.ts';
import { featureFlags } from '../aws/feature-flags.ts';
import { FaceRevalidationStack } from '../aws/own-stack.ts';
import type { Template } from './template.ts';

/** Synthesizes the stack that would be deployed. No bundles: the local system runs the functions' sources. */
export const synthesize = (config: Config): Template =>
  templateOf(
    (app) =>
      new FaceRevalidationStack(app, `face-revalidation-${config.stage}`, {
        config,
        codeOf: () => Code.fromInline('// The local system imports the source.'),
        site: false,
      }),
  );

/** Synthesizes the example of a caller, in its own stack. */
export const synthesizeCaller = (stage: string): Template =>
  templateOf((app) => new ExampleCallerStack(app, `face-revalidation-example-${stage}`, { stage }));

const templateOf = (make: (app: App) => Stack): Template => {
  // CDK's own template rules take two seconds. `npx cdk synth` and a test run them, so the local system leaves them out.
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    // Not read here, and an eighth of the time.
    treeMetadata: false,
    stackTraces: false,
    // The CDK collects data for a report that is switched off above: a tenth of the time.
    context: { ...featureFlags, '@aws-cdk/core:enableAdditionalMetadataCollection': false },
  });
  const stack = make(app);
  const assembly = app.synth();
  const { template } = assembly.getStackArtifact(stack.artifactId);
  rmSync(assembly.directory, { recursive: true, force: true });
  return template;
};
