import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { stepNames } from '../../shared/workflow/contract.ts';
import { definition } from '../workflow/definition.ts';
import type { Config } from './config.ts';
import { assumedBy, type Functions } from './functions.ts';
import { removalPolicyOf } from './kms.ts';

/** Given, not made up by CloudFormation: functions must know the machine's ARN, and the machine knows theirs. */
export const machineNameOf = ({ stage }: Pick<Config, 'stage'>): string => `face-revalidation-${stage}`;

export const machineArnOf = (scope: Construct, config: Pick<Config, 'stage'>): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: machineNameOf(config),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The state machine: the definition as one plain text, and the ARNs of the functions it names. */
export class Machine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { config, functions }: { config: Config; functions: Functions }) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: assumedBy(this, 'states') });
    const steps = stepNames.map((name) => [name, functions.byName[name].functionArn] as const);
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: steps.map(([, arn]) => arn) }),
    );
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: machineNameOf(config),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(JSON.stringify(definition(config))),
      definitionSubstitutions: Object.fromEntries(steps),
      role,
      tracingEnabled: true,
      logs: {
        // Under this name no group enters the one resource policy of the account and region, which is short.
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${machineNameOf(config)}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: removalPolicyOf(config),
        }),
        level: LogLevel.ALL,
        // Execution data holds ids of people; they belong into the ledger and the history, not into logs.
        includeExecutionData: false,
      },
    });
  }
}
