import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { afterAll, expect, test, vi } from 'vitest';
import { compose } from '../../infra/aws/compose.ts';
import { Config } from '../../infra/aws/config.ts';
import { featureFlags } from '../../infra/aws/feature-flags.ts';
import { FaceRevalidationStack } from '../../infra/aws/own-stack.ts';
import { writeStage } from '../../infra/aws/stage-file.ts';
import { runDeployment } from '../support/deployment.ts';
import { withoutPlaces } from '../support/without-places.ts';

/*
 * The CDK's own rules, also those that cdk.json switches on. A compiled engine reads every rule as it starts: three seconds of
 * processor time, and more on a machine that has other things to do. So the templates that have to pass them are in one file.
 */

vi.mock(import('../../infra/aws/bundle.ts'), async (original) =>
  (await import('../support/bundles.ts')).bundledOnce(await original()),
);

// Ends a hang: the engine starts in three seconds alone, and in minutes on a machine with other work.
vi.setConfig({ testTimeout: 600_000 });

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-own-rules-'));

mkdirSync(join(folder, 'consent'));
writeFileSync(join(folder, 'consent/default.CO.es.1.md'), 'text');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What no rule reads. */
const unread = { analyticsReporting: false, treeMetadata: false, stackTraces: false };

/** Synthesizes a stage from its file as `cdk synth -c stage=...` does, with cdk-nag's rules on. @returns the template */
const synthesizeStage = (stage: string): { Resources?: object } => {
  const app = new App({ ...unread, context: { ...featureFlags, stage } });
  try {
    return withoutPlaces(() => {
      const stack = compose(app, { folder, defaultRegion: undefined });
      return app.synth().getStackArtifact(stack.artifactId).template;
    });
  } finally {
    rmSync(app.outdir, { recursive: true, force: true });
  }
};

// The first: the engine of its types of resources serves the other templates too.
test('the command of the README synthesizes with its bundles, under the rules that cdk.json switches on', async () => {
  const words = ['--stage', 'dev', '--alarm-email', 'you@example.com', '--region', 'us-east-1'];
  writeStage('dev', {}, folder);
  let template: { Resources?: object } = {};
  const code = await runDeployment('deploy', words, {
    folder,
    identityOf: async (region = 'none') => ({ account: '111122223333', region }),
    settingsOf: async () => undefined,
    cdk: (args, region) => {
      expect([args, region]).toEqual([['deploy', '-c', 'stage=dev'], 'us-east-1']);
      template = synthesizeStage('dev');
      return 0;
    },
    ask: async () => true,
    hasTerminal: true,
    log: () => {},
  });
  expect(code).toBe(0);
  const { Resources = {} } = template;
  const subscriptions = Object.values(Resources as Record<string, { Type: string }>).filter(
    ({ Type }) => Type === 'AWS::SNS::Subscription',
  );
  expect(subscriptions).toHaveLength(1);
});

// They see a circle of references, too: functions name the machine, and the machine names functions. This stage has every resource of
// prod and those of campaigns besides; the template above is that of dev.
test("the template of prod with campaigns passes the CDK's own rules", () => {
  const app = new App({ ...unread, context: featureFlags });
  const config = Config.parse({ stage: 'prod', campaigns: true });
  const { stackName } = new FaceRevalidationStack(app, 'checked', { config, codeOf: () => Code.fromInline('//') });
  const { directory, stacks } = withoutPlaces(() => app.synth());
  rmSync(directory, { recursive: true, force: true });
  expect(stacks.map((one) => one.stackName)).toEqual([stackName]);
});
