import { describe, expect, test } from 'vitest';
import { consentFolder, consentTextsOf } from '../../infra/aws/consent-texts.ts';
import { resourcesOf, type Template } from '../../infra/local/template.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import { functionSeconds } from '../../infra/workflow/timeouts.ts';
import { stepNames } from '../../shared/workflow/contract.ts';
import { fileOf } from '../../shared/workflow/functions.ts';
import { callbackTimeoutSeconds, changed } from '../support/changed-templates.ts';
import { config, deployed, functionOf, only, prod, resolvedOf, template } from '../support/template.ts';

describe('the template', () => {
  test('holds only our functions: CDK adds none with permissions of its own', () => {
    const handlers = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.Handler);
    expect(handlers.toSorted()).toEqual(deployed.map((name) => `${fileOf(name)}.handler`).toSorted());
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
  });

  test('depends on the stage only by names, lifetimes and the stage itself', () => {
    const neutral = (of: Template, stage: string) =>
      JSON.parse(
        JSON.stringify(of.Resources)
          .replaceAll(`face-revalidation-${stage}`, 'face-revalidation')
          .replaceAll(`--stage ${stage}\\n`, '--stage\\n')
          .replaceAll(/"(DeletionPolicy|UpdateReplacePolicy)":"\w+"/g, '"$1":""')
          .replaceAll(/"DeletionProtectionEnabled":(true|false)/g, '"DeletionProtectionEnabled":""')
          .replaceAll(/\\"protection\\":(true|false)/g, ''),
      );
    expect(neutral(prod, 'prod')).toEqual(neutral(template, 'dev'));
  });
});

describe('the state machine', () => {
  const machine = only(template, 'AWS::StepFunctions::StateMachine').Properties as {
    DefinitionString: unknown;
    DefinitionSubstitutions: Record<string, unknown>;
    StateMachineType: string;
    StateMachineName: string;
    LoggingConfiguration: object;
  };

  test('matches the definition, as one plain text', () => {
    expect(machine.DefinitionString).toBe(JSON.stringify(definition(config)));
  });

  test('waits as long as the deployment configures', () => {
    const { DefinitionString } = only(changed, 'AWS::StepFunctions::StateMachine').Properties;
    expect(DefinitionString).toBe(JSON.stringify(definition({ callbackTimeoutSeconds })));
  });

  test('calls every function of a step by its name, and no other', () => {
    expect(Object.keys(machine.DefinitionSubstitutions).toSorted()).toEqual(stepNames.toSorted());
    const { properties } = resolvedOf(template, 'AWS::StepFunctions::StateMachine');
    for (const [name, arn] of Object.entries(properties.DefinitionSubstitutions as Record<string, string>)) {
      expect(arn).toMatch(new RegExp(`^arn:aws:lambda:.*:function:Functions${name}[0-9A-F]{8}$`));
    }
  });

  test('runs as a standard one with a name of its own, and logs events without data', () => {
    expect(machine).toMatchObject({
      StateMachineType: 'STANDARD',
      StateMachineName: 'face-revalidation-dev',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    });
  });
});

describe.each(deployed)('the function %s', (name) => {
  const { Environment, Timeout, Runtime } = functionOf(name);
  const variables = Environment?.Variables ?? {};

  test('gets the variables that it declares, and no other', () => {
    const forLog = ['POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_SERVICE_NAME'];
    expect(Object.keys(variables).toSorted()).toEqual([...envKeys[name], ...forLog].toSorted());
    for (const value of Object.values(variables)) expect(value).toMatch(/./);
  });

  test('gets no secret, only its address', () => {
    for (const [key, value] of Object.entries(variables)) {
      if (key.endsWith('_SECRET')) expect(value).toMatch(/^arn:aws:secretsmanager:/);
      else if (key === 'CONSENT_TEXTS')
        expect(JSON.parse(String(value))).toEqual(consentTextsOf(consentFolder, config));
      // A token or a key, or any long run of letters and digits, that is not the name of something in the template.
      else expect(value, key).not.toMatch(/eyJ|[A-Za-z0-9+/_=-]{33,}/);
    }
  });

  test('ends at the timeout of its list', () => {
    expect(Timeout).toBe(functionSeconds[name]);
    expect(Runtime).toBe('nodejs24.x');
  });
});

test('finds anything that looks like a secret', () => {
  for (const secret of ['eyJhbGciOiJIUzI1NiJ9.e30.x', 'a'.repeat(40), '3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3']) {
    expect(secret).toMatch(/eyJ|[A-Za-z0-9+/_=-]{33,}/);
  }
});

describe('machine and functions', () => {
  test('can be followed in X-Ray', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').map(({ properties }) => properties.TracingConfig);
    expect(functions).toEqual(deployed.map(() => ({ Mode: 'Active' })));
    expect(only(template, 'AWS::StepFunctions::StateMachine').Properties.TracingConfiguration).toEqual({
      Enabled: true,
    });
  });
});

test('the log groups that AWS delivers to have names that need no policy of the account', () => {
  const names = resourcesOf(template, 'AWS::Logs::LogGroup').flatMap(({ properties }) => properties.LogGroupName ?? []);
  expect(names).toEqual(
    expect.arrayContaining([
      '/aws/vendedlogs/states/face-revalidation-dev',
      '/aws/vendedlogs/apis/face-revalidation-dev',
    ]),
  );
});
