import { expect, test } from 'vitest';
import { acknowledgedIn, acknowledgeFindings, wildcards } from '../../infra/aws/cdk-nag.ts';
import { Config } from '../../infra/aws/config.ts';
import { grantsOf, policiesOf } from '../../infra/local/iam/policies.ts';
import { findingsOf } from '../support/findings.ts';
import { synthesized } from '../support/synthesized.ts';

/** A stage with the operator's console. */
const withConsole = { console: true, jwt: { issuer: 'https://issuer.example.com/pool', audience: ['api'] } };

test.each([
  ['dev', 'dev', {}],
  ['prod', 'prod', {}],
  ['dev with the console', 'dev', withConsole],
  ['prod with the console', 'prod', { ...withConsole, region: 'sa-east-1' }],
])('cdk-nag finds nothing in %s without a reason here', (_, stage, more) => {
  const config = Config.parse({ stage, ...more });
  expect(findingsOf(config, (stack) => acknowledgeFindings(stack, config))).toEqual([]);
});

test('every reason is about something that cdk-nag finds, at any place that states it', () => {
  const alarmEmail = 'ops@example.com';
  const acknowledged = acknowledgedIn({ stage: 'dev', alarmEmail, console: true });
  // An operator may call routes only where the API takes signatures, and the console needs tokens.
  const found = [{ alarmEmail }, withConsole].flatMap((more) => findingsOf(Config.parse({ stage: 'dev', ...more })));
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
    const wide = grantsOf(policiesOf(synthesized(Config.parse({ stage })))).filter(({ action, resource }) =>
      /[*?]/.test(action + resource),
    );
    const isAbout = ({ actions, resource }: (typeof wildcards)[number], grant: (typeof wide)[number]) =>
      actions.test(grant.action) && resource.test(grant.resource);
    expect(wide.filter((grant) => !wildcards.some((row) => isAbout(row, grant)))).toEqual([]);
    expect(wildcards.filter((row) => !wide.some((grant) => isAbout(row, grant)))).toEqual([]);
  },
);
