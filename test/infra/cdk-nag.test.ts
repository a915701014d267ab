import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { acknowledgedIn, acknowledgeFindings, checkPolicies, wildcards } from '../../infra/aws/cdk-nag.ts';
import { Config } from '../../infra/aws/config.ts';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { FaceRevalidationStack } from '../../infra/aws/own-stack.ts';
import { grantsOf, policiesOf } from '../../infra/local/iam/policies.ts';
import { synthesize } from '../../infra/local/synthesize.ts';

type Finding = { rule: string; path: string };

type Report = {
  pluginReports: {
    violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[];
  }[];
};

/** Synthesizes as `cdk synth` does, cdk-nag's AwsSolutions and Serverless included. @returns what they found */
const findingsOf = (stage: string, prepare: (stack: Stack) => void, more: object = {}): Finding[] => {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, context: featureFlags });
  checkPolicies(app);
  const props = { config: Config.parse({ stage, ...more }), codeOf: () => Code.fromInline('//') };
  prepare(new FaceRevalidationStack(app, 'checked', props));
  try {
    app.synth();
  } catch {
    // A finding ends the synthesis; the report holds it.
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  rmSync(app.outdir, { recursive: true, force: true });
  return pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ rule: ruleName, path: constructPath })),
    ),
  );
};

/** A stage with the operator's console. */
const withConsole = { console: true, jwt: { issuer: 'https://issuer.example.com/pool', audience: ['api'] } };

test.each([
  ['dev', 'dev', {}],
  ['prod', 'prod', {}],
  ['dev with the console', 'dev', withConsole],
  ['prod with the console', 'prod', { ...withConsole, region: 'sa-east-1' }],
])('cdk-nag finds nothing in %s without a reason here', (_, stage, more) => {
  expect(findingsOf(stage, (stack) => acknowledgeFindings(stack, Config.parse({ stage, ...more })), more)).toEqual([]);
});

test('every reason is about something that cdk-nag finds, at any place that states it', () => {
  const alarmEmail = 'ops@example.com';
  const acknowledged = acknowledgedIn({ stage: 'dev', alarmEmail, console: true });
  // An operator may call routes only where the API takes signatures, and the console needs tokens.
  const found = [{ alarmEmail }, withConsole].flatMap((more) => findingsOf('dev', () => {}, more));
  expect(found.length).toBeGreaterThan(acknowledged.length);
  for (const { rule, where, reason } of acknowledged) {
    const about = found.filter(
      (finding) => finding.rule === rule && where.test(finding.path.replace(/\/Resource$/, '')),
    );
    expect(about, `${rule} at ${where}`).not.toEqual([]);
    expect(reason.length).toBeGreaterThan(20);
  }
});

test.each(['dev', 'prod'])(
  'every wildcard in a permission of %s has its reason, and every reason its wildcard',
  (stage) => {
    const wide = grantsOf(policiesOf(synthesize(Config.parse({ stage })))).filter(({ action, resource }) =>
      /[*?]/.test(action + resource),
    );
    const isAbout = ({ actions, resource }: (typeof wildcards)[number], grant: (typeof wide)[number]) =>
      actions.test(grant.action) && resource.test(grant.resource);
    expect(wide.filter((grant) => !wildcards.some((row) => isAbout(row, grant)))).toEqual([]);
    expect(wildcards.filter((row) => !wide.some((grant) => isAbout(row, grant)))).toEqual([]);
  },
);
