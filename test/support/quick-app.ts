import { rmSync } from 'node:fs';
import { App, type Stack } from 'aws-cdk-lib';
import { withoutPlaces } from './without-places.ts';

type Context = Readonly<Record<string, unknown>>;

/**
 * An app of the CDK that makes the template and little more. It leaves out what none of its tests reads: the CDK's own rules (seconds,
 * and own-rules.test.ts holds them), the tree of the constructs and their stack traces, and the data of a report that is not sent.
 */
export const quickApp = (context: Context = {}): App => {
  const { '@aws-cdk/core:validateAgainstDefaultRules': _, ...others } = context;
  return new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { ...others, '@aws-cdk/core:enableAdditionalMetadataCollection': false },
    treeMetadata: false,
    stackTraces: false,
  });
};

/** Synthesizes the stack that `make` puts into a quick app. @returns what CloudFormation gets, and the folder is deleted */
export const quickStack = (make: (app: App) => Stack, context?: Context) =>
  withoutPlaces(() => {
    const app = quickApp(context);
    try {
      const { artifactId } = make(app);
      const { template, terminationProtection, tags } = app.synth().getStackArtifact(artifactId);
      return { template, terminationProtection, tags };
    } finally {
      rmSync(app.outdir, { recursive: true, force: true });
    }
  });
