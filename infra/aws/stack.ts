import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus, IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { defined } from '../../shared/domain/defined.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import { englishErrors } from '../../shared/domain/parse.ts';
import { type FunctionName, functionNames, routes } from '../../shared/workflow/functions.ts';
import { Alarms } from './alarms.ts';
import { bundle } from './bundle.ts';
import { Config } from './config.ts';
import { Dashboards } from './dashboards.ts';
import { DropRule } from './drop-rule.ts';
import { Functions } from './functions.ts';
import { RevalidationApi } from './http-api.ts';
import { Jobs } from './jobs.ts';
import { OutcomeBus } from './outcome-bus.ts';
import { type Ask, parameterOf, revalidateWith } from './revalidate-task.ts';
import { Machine, machineArnOf } from './state-machine.ts';
import { Storage } from './storage.ts';

/** The settings that differ from the defaults, and the source of the functions' code. */
export type FaceRevalidationProps = Partial<Config> & {
  /** Bundled from `functions/` of this repository when left out. */
  codeOf?: (name: FunctionName) => Code;
};

/** The whole system as a construct: storage, functions, state machine, entry points and alarms. One a stage and account. */
export class FaceRevalidation extends Construct {
  readonly machine: StateMachine;
  readonly ledger: Table;
  /** The bus on which outcomes are announced. */
  readonly bus: EventBus;
  readonly #outcomes: OutcomeBus;

  constructor(scope: Construct, id: string, { codeOf = bundled(), ...chosen }: FaceRevalidationProps = {}) {
    super(scope, id);
    const config = Config.parse(chosen, englishErrors);
    const storage = new Storage(this, 'Storage', config);
    const outcomes = new OutcomeBus(this, 'Results', config);
    const machineArn = machineArnOf(this, config);
    const functions = new Functions(this, 'Functions', { config, storage, bus: outcomes.bus, codeOf, machineArn });
    outcomes.closeTo(functions.announcers);
    const { machine } = new Machine(this, 'Workflow', { config, functions });
    const { deadLetters } = new DropRule(this, 'DropRule', { media: storage.media, machine });
    const { api } = new RevalidationApi(this, 'RevalidationApi', { config, functions });
    const jobs = new Jobs(this, 'Jobs', { config, functions, machineArn });
    this.machine = machine;
    this.ledger = storage.ledger;
    this.bus = outcomes.bus;
    this.#outcomes = outcomes;

    const monitored = { config, machine, deadLetters, jobDeadLetters: jobs.deadLetters };
    const alarms = new Alarms(this, 'Alarms', monitored);
    new Dashboards(this, 'Dashboards', { ...monitored, functions, alarms: Object.values(alarms.byName) });

    // Not an export: an imported export blocks changes of this stack, a parameter does not.
    new StringParameter(this, 'MachineArnParameter', {
      parameterName: parameterOf(config),
      stringValue: machine.stateMachineArn,
      description: 'The state machine that re-validates a face.',
    });
    new CfnOutput(this, 'MediaBucket', { value: storage.media.bucketName });
    new CfnOutput(this, 'DataKeyArn', { value: storage.key.keyArn });
    new CfnOutput(this, 'LedgerTable', { value: storage.ledger.tableName });
    new CfnOutput(this, 'MachineArn', { value: machine.stateMachineArn });
    new CfnOutput(this, 'EventBus', { value: outcomes.bus.eventBusName });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'WebhookUrl', { value: `${api.apiEndpoint}${routes.ReceiveWebhook.path}` });
    new CfnOutput(this, 'TruoraKeySecret', { value: storage.truoraKey.secretArn });
    new CfnOutput(this, 'AlarmTopic', { value: alarms.topic.topicArn });
    new CfnOutput(this, 'WebhookKeysSecret', { value: storage.webhookKeys.secretArn });
  }

  /** A task of a caller's workflow in the same stack: starts a re-validation and waits for its outcome. */
  revalidate(scope: Construct, id: string, ask: Ask): StepFunctionsStartExecution {
    return revalidateWith(this.machine, scope, id, ask);
  }

  /** A rule for the outcomes that are announced, or for those of some statuses. */
  onEnded(id: string, target: IRuleTarget, statuses?: readonly OutcomeStatus[]): Rule {
    return this.#outcomes.onEnded(id, target, statuses);
  }

  /** A rule for amendments: what Truora reports about a case after its end. */
  onAmended(id: string, target: IRuleTarget, statuses?: readonly OutcomeStatus[]): Rule {
    return this.#outcomes.onAmended(id, target, statuses);
  }
}

const bundled = () => {
  const { folderOf } = bundle(functionNames);
  return (name: FunctionName) => Code.fromAsset(folderOf(name));
};

/** The system as its own stack. The id `Default` adds nothing to the logical ids. */
export class FaceRevalidationStack extends Stack {
  constructor(scope: Construct, id: string, { config, codeOf }: { config: Config } & FaceRevalidationProps) {
    super(
      scope,
      id,
      defined({
        description: 'Re-validates known faces at Truora.',
        env: config.region ? { region: config.region } : undefined,
      }),
    );
    new FaceRevalidation(this, 'Default', defined({ ...config, codeOf }));
  }
}
