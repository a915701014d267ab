import { CfnOutput } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { CoreFunction } from '../../shared/workflow/functions.ts';
import type { Functions } from './functions.ts';

/** Functions whose log the runbook reads. */
const read: CoreFunction[] = ['CreateValidation', 'ReceiveWebhook', 'SweepInbox', 'SweepLedger', 'RepairExecution'];

type Props = {
  functions: Functions;
  machineLog: LogGroup;
  apiLog: LogGroup;
  dropDeadLetters: Queue;
  jobDeadLetters: Queue;
  evidenceDeadLetters: Queue | undefined;
  operatorPolicy: ManagedPolicy;
};

/** An output for each queue and log group that the runbook names, since CloudFormation makes their names, and the operator's policy. */
export const outputForOperators = (scope: Construct, props: Props): void => {
  const output = (name: string, value: string, description: string) =>
    new CfnOutput(scope, name, { value, description });
  output('DropDeadLetters', props.dropDeadLetters.queueUrl, 'Drops that EventBridge could not start.');
  output('JobDeadLetters', props.jobDeadLetters.queueUrl, 'Failed executions that were not repaired.');
  if (props.evidenceDeadLetters)
    output('EvidenceDeadLetters', props.evidenceDeadLetters.queueUrl, 'Outcomes whose evidence was not signed.');
  output('MachineLog', props.machineLog.logGroupName, 'The log group of the state machine.');
  output('ApiLog', props.apiLog.logGroupName, 'The access log of the API.');
  for (const name of read)
    output(`${name}Log`, props.functions.logGroups[name].logGroupName, `The log group of ${name}.`);
  output('OperatorPolicy', props.operatorPolicy.managedPolicyArn, 'Managed policy for the people on call.');
};
