import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { checkPolicies } from '../../infra/aws/cdk-nag.ts';
import type { Config } from '../../infra/aws/config.ts';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { FaceRevalidationStack } from '../../infra/aws/own-stack.ts';
import { quickApp } from './quick-app.ts';
import { withoutPlaces } from './without-places.ts';

type Report = {
  pluginReports: { violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[];
};

/**
 * Synthesizes as `cdk synth` does, cdk-nag's AwsSolutions and Serverless included.
 * @param prepare is called with the stack before its synthesis
 * @returns what they found
 */
export const findingsOf = (config: Config, prepare: (stack: Stack) => void = () => {}) => {
  const app = quickApp(featureFlags);
  withoutPlaces(() => {
    checkPolicies(app);
    prepare(new FaceRevalidationStack(app, 'checked', { config, codeOf: () => Code.fromInline('//') }));
    try {
      app.synth();
    } catch {
      // A finding ends the synthesis; the report holds it.
    }
  });
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  rmSync(app.outdir, { recursive: true, force: true });
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ rule: ruleName, path: constructPath })),
    ),
  );
};
