import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import type { CoreFunction } from '../../shared/workflow/functions.ts';
import type { Functions } from './functions.ts';

/** Functions whose log the runbook reads. */
const read: CoreFunction[] = [
  'CreateValidation',
  'ReceiveWebhook',
  'SweepInbox',
  'SweepLedger',
  'SweepErasures',
  'RepairExecution',
];

/** Functions that an operator invokes. */
export const invoked = [
  'SweepInbox',
  'SweepLedger',
  'SweepErasures',
  'RepairExecution',
] as const satisfies CoreFunction[];

type Props = {
  functions: Functions;
  machineLog: LogGroup;
  apiLog: LogGroup;
  dropDeadLetters: Queue;
  jobDeadLetters: Queue;
  evidenceDeadLetters: Queue | undefined;
  operatorPolicy: ManagedPolicy;
};

/** A name or an address of a deployment, which CloudFormation makes, and what it is. */
type Output = { value: string; description?: string };

export type Outputs = Record<string, Output>;

/** An output for each queue, log group and function that the runbook names, and the operator's policy. */
export const outputsForOperators = (props: Props): Outputs => ({
  DropDeadLetters: { value: props.dropDeadLetters.queueUrl, description: 'Drops that EventBridge could not start.' },
  JobDeadLetters: { value: props.jobDeadLetters.queueUrl, description: 'Failed executions that were not repaired.' },
  ...(props.evidenceDeadLetters && {
    EvidenceDeadLetters: {
      value: props.evidenceDeadLetters.queueUrl,
      description: 'Outcomes whose evidence was not signed.',
    },
  }),
  MachineLog: { value: props.machineLog.logGroupName, description: 'The log group of the state machine.' },
  ApiLog: { value: props.apiLog.logGroupName, description: 'The access log of the API.' },
  ...Object.fromEntries(
    read.map((name) => [
      `${name}Log`,
      { value: props.functions.logGroups[name].logGroupName, description: `The log group of ${name}.` },
    ]),
  ),
  ...Object.fromEntries(
    invoked.map((name) => [
      `${name}Function`,
      { value: props.functions.byName[name].functionName, description: `The function ${name}.` },
    ]),
  ),
  ...(props.functions.byName.SignEvidence && {
    SignEvidenceFunction: {
      value: props.functions.byName.SignEvidence.functionName,
      description: 'The function SignEvidence.',
    },
  }),
  OperatorPolicy: {
    value: props.operatorPolicy.managedPolicyArn,
    description: 'Managed policy for the people on call.',
  },
});

/** Makes them outputs of the stack. */
export const output = (scope: Construct, outputs: Outputs): void => {
  for (const [name, { value, description }] of Object.entries(outputs))
    new CfnOutput(scope, name, defined({ value, description }));
};

/** The same as one JSON text, for the command line: it finds a deployment in any stack by its stage alone. */
export const jsonOfOutputs = (scope: Construct, outputs: Outputs): string =>
  Stack.of(scope).toJsonString(
    Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value] as const)),
  );
