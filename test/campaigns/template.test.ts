import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { campaignWildcards } from '../../infra/aws/campaign-findings.ts';
import { acknowledgedIn, acknowledgeFindings, wildcards } from '../../infra/aws/cdk-nag.ts';
import { Config } from '../../infra/aws/config.ts';
import { grantsOf, policiesOf } from '../../infra/local/iam/policies.ts';
import { resourcesOf } from '../../infra/local/template.ts';
import { campaignDefinition } from '../../infra/workflow/campaign.ts';
import { envKeysOf } from '../../infra/workflow/deployed-functions.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { campaignFunctions, campaignSteps, fileOf, functionsOf } from '../../shared/workflow/functions.ts';
import { withCampaigns } from '../support/changed-templates.ts';
import { findingsOf } from '../support/findings.ts';
import { synthesized } from '../support/synthesized.ts';
import { statementsOf } from '../support/template.ts';

const config = Config.parse({ campaigns: true });

const [without, template] = [synthesized(Config.parse({})), synthesized(config)];

const idsOf = (of: typeof template) => Object.keys(of.Resources);

const ofCampaigns = /Campaign|ReadManifest|WaitForTurn|RecordRow|SumUp|campaigns/;

describe('without the setting', () => {
  test('the deployment has nothing of campaigns', () => {
    expect(idsOf(without).filter((id) => ofCampaigns.test(id))).toEqual([]);
    const { settings, ...others } = {
      settings: /\\?"campaigns\\?":\s*(true|false),?/g,
      text: JSON.stringify(without.Resources),
    };
    expect(others.text.replaceAll(settings, '')).not.toMatch(/campaign/i);
  });

  test('everything else is the same, and the machine of cases is untouched', () => {
    expect(idsOf(template).filter((id) => !idsOf(without).includes(id)).length).toBeGreaterThan(40);
    expect(idsOf(without).filter((id) => !idsOf(template).includes(id))).toEqual([]);
    const machine = (of: typeof template) => Object.entries(of.Resources).filter(([id]) => id.startsWith('Workflow'));
    expect(machine(template)).toEqual(machine(without));
  });
});

describe('with it', () => {
  test('the deployment has all functions, with their variables and time limits', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties);
    expect(functions.map(({ Handler }) => Handler).toSorted()).toEqual(
      functionsOf(config)
        .map((name) => `${fileOf(name)}.handler`)
        .toSorted(),
    );
    for (const name of functionsOf(config)) {
      const own = functions.find(({ Handler }) => Handler === `${fileOf(name)}.handler`);
      const { Variables } = (own?.Environment ?? { Variables: {} }) as { Variables: Record<string, string> };
      const forLog = ['POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME'];
      expect(Object.keys(Variables).toSorted()).toEqual([...envKeysOf(name, config), ...forLog].toSorted());
      expect(own?.Timeout).toBe(functionSeconds[name]);
    }
  });

  test('media, drops and campaigns have lives of their own in the bucket', () => {
    const [media] = resourcesOf(template, 'AWS::S3::Bucket').filter(({ id }) => id.startsWith('StorageMedia'));
    const { Rules } = (media?.properties.LifecycleConfiguration ?? { Rules: [] }) as {
      Rules: Record<string, unknown>[];
    };
    expect(Rules.map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays])).toEqual([
      ['inbox/', 1],
      ['media/', 1],
      ['campaigns/', 47],
      [undefined, undefined],
    ]);
  });

  test('the routes of campaigns need the scope to read, or to operate', () => {
    const scopes = resourcesOf(withCampaigns, 'AWS::ApiGatewayV2::Route').map(({ properties }) => [
      properties.RouteKey,
      (properties.AuthorizationScopes as string[] | undefined)?.[0],
    ]);
    const found = Object.fromEntries(scopes.filter(([key]) => String(key).includes('/campaigns')));
    const operate = [
      'POST /campaigns',
      ...['start', 'pause', 'resume', 'cancel'].map((one) => `POST /campaigns/{id}/${one}`),
    ];
    expect(found).toEqual({
      ...Object.fromEntries(operate.map((key) => [key, 'revalidations/operate'])),
      'GET /campaigns': 'revalidations/read',
      'GET /campaigns/{id}': 'revalidations/read',
    });
  });

  test('the machine may call its functions, start both machines, and stop none but its own', () => {
    const role = statementsOf(template, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('CampaignsRole'));
    const allowed = role.flatMap(({ statement }) =>
      [statement.Action]
        .flat()
        .flatMap((action) => [statement.Resource].flat().map((resource) => [action, String(resource)])),
    );
    const of = (action: string) => allowed.filter(([one]) => one === action).map(([, resource]) => resource ?? '');
    const invoked = of('lambda:InvokeFunction').map((arn) => arn.replace(/^.*:Functions(\w+)[0-9A-F]{8}$/, '$1'));
    expect(invoked.toSorted()).toEqual(campaignSteps.toSorted());
    expect(of('states:StopExecution')).toEqual([
      expect.stringMatching(/:execution:face-revalidation-dev-campaigns:\*$/),
    ]);
    expect(of('states:StartExecution')).toEqual([
      expect.stringMatching(/:stateMachine:face-revalidation-dev$/),
      expect.stringMatching(/:stateMachine:face-revalidation-dev-campaigns$/),
    ]);
  });

  test('the machine logs events without data', () => {
    const [machine] = resourcesOf(template, 'AWS::StepFunctions::StateMachine').filter(({ id }) =>
      id.startsWith('Campaigns'),
    );
    expect(machine?.properties).toMatchObject({
      StateMachineType: 'STANDARD',
      StateMachineName: 'face-revalidation-dev-campaigns',
      DefinitionString: JSON.stringify(campaignDefinition()),
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });

  test('no two functions share a role', () => {
    const roles = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.Role);
    expect(new Set(roles).size).toBe(functionsOf(config).length);
    expect(campaignFunctions.length).toBe(11);
  });
});

describe('cdk-nag', () => {
  test.each(['dev', 'prod'])('finds nothing in %s without a reason', (stage) => {
    const findings = findingsOf(Config.parse({ stage, campaigns: true }), (stack) =>
      acknowledgeFindings(stack, { stage, campaigns: true }),
    );
    expect(findings).toEqual([]);
  });

  test('finds something for every reason', () => {
    const found = findingsOf(config);
    for (const { rule, where } of acknowledgedIn({ stage: 'dev', campaigns: true })) {
      const about = found.filter((one) => one.rule === rule && where.test(one.path.replace(/\/Resource$/, '')));
      expect(about, `${rule} at ${where}`).not.toEqual([]);
    }
  });

  test('every wildcard in a permission has its reason, and every reason its wildcard', () => {
    const wide = grantsOf(policiesOf(template)).filter(({ action, resource }) => /[*?]/.test(action + resource));
    const all = [...wildcards, ...campaignWildcards];
    const isAbout = ({ actions, resource }: (typeof all)[number], grant: (typeof wide)[number]) =>
      actions.test(grant.action) && resource.test(grant.resource);
    expect(wide.filter((grant) => !all.some((row) => isAbout(row, grant)))).toEqual([]);
    expect(all.filter((row) => !wide.some((grant) => isAbout(row, grant)))).toEqual([]);
  });
});

describe('the definition', () => {
  const deployed = JSON.parse(
    JSON.stringify(campaignDefinition())
      .replaceAll(/\$\{Bucket\}/g, 'a-bucket')
      .replaceAll(/\$\{Revalidation\}/g, 'arn:aws:states:us-east-1:123456789012:stateMachine:face')
      .replaceAll(/\$\{(\w+)\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:face-$1-AbC123'),
  );

  type State = Record<string, unknown> & { Type: string };

  const child = deployed.States.Rows.ItemProcessor as { States: Record<string, State> };

  const states: [string, State][] = [...Object.entries<State>(deployed.States), ...Object.entries(child.States)];

  test('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(deployed, { checkArn: true, checkPaths: true });
    expect(isValid, errorsText('\n')).toBe(true);
  });

  test('is made of plain values, and names each of its steps once', () => {
    expect(JSON.parse(JSON.stringify(campaignDefinition()))).toEqual(campaignDefinition());
    const named = [...JSON.stringify(campaignDefinition()).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual([...campaignSteps, 'Bucket', 'Bucket', 'Revalidation'].toSorted());
  });

  test('gives each task a timeout above its function, in whole seconds that a timer takes', () => {
    const tasks = states.filter(([, { Type }]) => Type === 'Task');
    expect(tasks.length).toBe(5);
    for (const [name, { TimeoutSeconds }] of tasks) {
      const seconds = functionSeconds[name as keyof typeof functionSeconds] ?? 0;
      expect(Number(TimeoutSeconds), name).toBeGreaterThan(seconds + 10);
    }
    const all = [...JSON.stringify(deployed).matchAll(/"\w*Seconds":([^,}]+)/g)].map(([, value]) => Number(value));
    expect(all.length).toBeGreaterThan(10);
    for (const seconds of all) expect(Number.isInteger(seconds) && seconds > 0 && seconds < 2 ** 31 / 1000).toBe(true);
  });

  test('marks each path by its name and its value, and uses paths alone', () => {
    const walk = (value: unknown, key = ''): [string, unknown][] =>
      value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([name, inner]) => walk(inner, name))
        : [[key, value]];
    const parameters = states.flatMap(([, { Parameters, ItemReader, ResultWriter }]) =>
      walk([Parameters, ItemReader, ResultWriter]),
    );
    for (const [key, value] of parameters.filter(([, one]) => typeof one === 'string')) {
      expect(/^\$\$?\./.test(String(value)) || value === '$', `${key}: ${value}`).toBe(key.endsWith('.$'));
    }
    expect(JSON.stringify(deployed)).not.toMatch(/States\.(Format|JsonToString|StringToJson)/);
  });

  test('leaves no row in a loop: a held row is not asked again, and every retry of everything is last', () => {
    const { Retry = [] } = child.States.WaitForTurn as { Retry?: { ErrorEquals: string[]; MaxAttempts: number }[] };
    expect(Retry[0]).toMatchObject({ ErrorEquals: ['CampaignHeldError'], MaxAttempts: 0 });
    for (const [name, state] of states) {
      const retry = (state.Retry ?? []) as { ErrorEquals: string[] }[];
      const at = retry.findIndex(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
      expect([name, at < 0 || at === retry.length - 1]).toEqual([name, true]);
    }
  });

  test('runs each row in a standard execution, tolerates every failure, and bounds the children', () => {
    expect(deployed.States.Rows).toMatchObject({
      MaxConcurrencyPath: '$.sum.children',
      ToleratedFailurePercentage: 100,
      ItemReader: { ReaderConfig: { InputType: 'JSONL' } },
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    });
  });

  test('reaches every state, and leads nowhere else', () => {
    for (const part of [deployed, child] as { StartAt: string; States: Record<string, State> }[]) {
      const seen = new Set<string>();
      const enter = (name: string) => {
        if (seen.has(name)) return;
        seen.add(name);
        const state = part.States[name];
        expect(state, name).toBeDefined();
        const ways = [
          state?.Next,
          state?.Default,
          ...[...((state?.Choices ?? []) as State[]), ...((state?.Catch ?? []) as State[])].map(({ Next }) => Next),
        ];
        for (const way of ways) if (typeof way === 'string') enter(way);
      };
      enter(part.StartAt);
      expect([...seen].toSorted()).toEqual(Object.keys(part.States).toSorted());
    }
  });
});
