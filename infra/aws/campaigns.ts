import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { CAMPAIGNS } from '../../shared/campaigns/campaign.ts';
import { campaignSteps } from '../../shared/workflow/functions.ts';
import { campaignDefinition } from '../workflow/campaign.ts';
import { campaignPolicy } from './campaign-policy.ts';
import type { Config } from './config.ts';
import { assumedBy, type Functions } from './functions.ts';
import type { RevalidationApi } from './http-api.ts';
import { removalPolicyOf, useOf } from './kms.ts';
import type { Storage } from './storage.ts';

/** A fixed name, as that of the machine of cases. */
export const campaignMachineNameOf = ({ stage }: Pick<Config, 'stage'>): string =>
  `face-revalidation-${stage}-campaigns`;

const arnOf = (scope: Construct, service: string, resource: string, resourceName: string): string =>
  Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });

export const campaignArnOf = (scope: Construct, config: Pick<Config, 'stage'>): string =>
  arnOf(scope, 'states', 'stateMachine', campaignMachineNameOf(config));

/** The rule by which Step Functions learns that an execution ended that it waits for (documented). */
const SYNC_RULE = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';

type Props = { config: Config; functions: Functions; storage: Storage; api: RevalidationApi; machineArn: string };

/** The machine of campaigns, in a deployment that has them. */
export class Campaigns extends Construct {
  readonly machine: StateMachine;
  readonly logGroup: LogGroup;
  /** What the people who run campaigns may do. */
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, { config, functions, storage, api, machineArn }: Props) {
    super(scope, id);
    const { media, key } = storage;
    const role = new Role(this, 'Role', { assumedBy: assumedBy(this, 'states') });
    const steps = campaignSteps.map((name) => [name, functions.byName[name]?.functionArn ?? ''] as const);
    const allow = (actions: string[], ...resources: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    const executionsOf = (arn: string) => `${arn.replace(':stateMachine:', ':execution:')}:*`;
    const own = campaignArnOf(this, config);
    allow(['lambda:InvokeFunction'], ...steps.map(([, arn]) => arn));
    // Not StopExecution: a campaign that is stopped must never stop a run that is paid for.
    allow(['states:StartExecution'], machineArn, own);
    allow(['states:DescribeExecution'], executionsOf(machineArn), executionsOf(own));
    // Step Functions stops the children of a Distributed Map that was stopped.
    allow(['states:StopExecution'], executionsOf(own));
    allow(
      ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      Stack.of(this).formatArn({ service: 'events', resource: 'rule', resourceName: SYNC_RULE }),
    );
    allow(['s3:GetObject'], media.arnForObjects(`${CAMPAIGNS}*`));
    // As AWS documents it for a ResultWriter.
    allow(
      ['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
      media.arnForObjects(`${CAMPAIGNS}*`),
    );
    role.addToPolicy(useOf(key, 's3', 'write'));
    this.policy = campaignPolicy(this, 'Permissions', { api, storage });
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${campaignMachineNameOf(config)}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: removalPolicyOf(config),
    });
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: campaignMachineNameOf(config),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(JSON.stringify(campaignDefinition())),
      definitionSubstitutions: { ...Object.fromEntries(steps), Revalidation: machineArn, Bucket: media.bucketName },
      role,
      tracingEnabled: true,
      // Execution data has ids of persons.
      logs: { destination: this.logGroup, level: LogLevel.ALL, includeExecutionData: false },
    });
  }
}
