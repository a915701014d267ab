import { Stack, Tags, Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus, IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable, ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import { type FunctionName, routes } from '../../shared/workflow/functions.ts';
import { Alarms } from './alarms.ts';
import { Campaigns, campaignArnOf } from './campaigns.ts';
import { type Config, effectiveSettings } from './config.ts';
import { consentFolder as defaultFolder } from './consent-texts.ts';
import { consoleSite } from './console-site.ts';
import { Dashboards } from './dashboards.ts';
import { countDeadLetters } from './dead-letter-counts.ts';
import { DropRule } from './drop-rule.ts';
import { EventSchemas } from './event-schemas.ts';
import { EvidenceRule } from './evidence.ts';
import { functionCode } from './function-code.ts';
import { Functions } from './functions.ts';
import { grantDrop, grantRoutes } from './grants.ts';
import { RevalidationApi } from './http-api.ts';
import { Jobs } from './jobs.ts';
import { operatorPolicy } from './operator-policy.ts';
import { OutcomeBus } from './outcome-bus.ts';
import { jsonOfOutputs, type Outputs, output, outputsForOperators } from './outputs.ts';
import { type ParameterName, parameterOf, parameters } from './parameters.ts';
import { readConfig } from './read-config.ts';
import { type Ask, revalidateWith } from './revalidate-task.ts';
import { isOfAnotherPartition } from './setting-values.ts';
import type { Settings } from './settings.ts';
import { Machine, machineArnOf } from './state-machine.ts';
import { Storage } from './storage.ts';

/** The settings, that differ from the defaults, and the source of the functions' code. */
export type FaceRevalidationProps = Settings & {
  /** The code of each function. Default: the code of this package. */
  codeOf?: (name: FunctionName) => Code;
  /** The folder of the texts of consent. Default: `infra/stages/consent`, which the package does not have. */
  consentFolder?: string;
  /** The folder of the console's pages. Default: those of this package. `false` for a stand-in that serves them itself. */
  site?: string | false;
};

/**
 * The whole system in a stack: storage, functions, state machine, API, jobs, alarms and dashboards. One for each stage of an
 * account and region, because machine, bus, log groups and parameters have the stage in their names.
 * @throws Error that names each wrong setting and its rule
 */
export class FaceRevalidation extends Construct {
  /** The state machine. To call it from a workflow use `revalidate`. */
  readonly machine: StateMachine;
  /** The table of records. */
  readonly ledger: Table;
  /** The bus on which outcomes are announced. */
  readonly bus: EventBus;
  /** Takes media: under `inbox/` a drop, under `media/` what a call names. */
  readonly mediaBucket: Bucket;
  /** The customer key of the bucket and the table. */
  readonly dataKey: Key;
  /** The address of the API, without a slash at its end. */
  readonly apiUrl: string;
  /** The address that a webhook rule at Truora sends to. */
  readonly webhookUrl: string;
  /** What the people on call may do. It is attached to no identity. */
  readonly operatorPolicy: ManagedPolicy;
  readonly #storage: Storage;
  readonly #outcomes: OutcomeBus;
  readonly #api: RevalidationApi;

  constructor(scope: Construct, id: string, props: FaceRevalidationProps = {}) {
    super(scope, id);
    const { codeOf = functionCode(), consentFolder = defaultFolder, site, ...settings } = props;
    if ('region' in settings) throw new Error('configuration: region: is a property of the stack (env), not a setting');
    const { region } = Stack.of(this);
    if (!Token.isUnresolved(region) && isOfAnotherPartition(region))
      throw new Error(`configuration: the region ${region} of the stack is not of AWS's own partition`);
    const config = readConfig(settings);
    const storage = new Storage(this, 'Storage', config);
    const outcomes = new OutcomeBus(this, 'Results', config);
    const machineArn = machineArnOf(this, config);
    const campaignArn = campaignArnOf(this, config);
    const given = { config, storage, bus: outcomes.bus, codeOf, consentFolder, machineArn, campaignArn };
    const functions = new Functions(this, 'Functions', given);
    outcomes.closeTo(functions.announcers);
    const { machine, logGroup: machineLog } = new Machine(this, 'Workflow', { config, functions });
    const { deadLetters } = new DropRule(this, 'DropRule', { media: storage.media, machine });
    this.#api = new RevalidationApi(this, 'RevalidationApi', { config, functions });
    const { SignEvidence: sign } = functions.byName;
    const evidence = sign && new EvidenceRule(this, 'Evidence', { busName: outcomes.bus.eventBusName, sign });
    const campaigns =
      config.campaigns && new Campaigns(this, 'Campaigns', { config, functions, storage, api: this.#api, machineArn });
    const jobs = new Jobs(this, 'Jobs', { config, functions, machineArn });
    const letters = { drops: deadLetters, jobs: jobs.deadLetters, evidence: evidence?.deadLetters };
    countDeadLetters(functions.byName.ReadHealth, letters);
    this.machine = machine;
    this.ledger = storage.ledger;
    this.bus = outcomes.bus;
    this.mediaBucket = storage.media;
    this.dataKey = storage.key;
    this.apiUrl = this.#api.api.apiEndpoint;
    this.webhookUrl = `${this.apiUrl}${routes.ReceiveWebhook.path}`;
    const pages =
      config.console &&
      site !== false &&
      consoleSite(this, { config, apiUrl: this.apiUrl, media: storage.media, consentFolder, site });
    this.#storage = storage;
    this.#outcomes = outcomes;

    const monitored = {
      config,
      machine,
      deadLetters,
      jobDeadLetters: jobs.deadLetters,
      functions,
      evidenceDeadLetters: evidence?.deadLetters,
      campaignMachine: campaigns ? campaigns.machine : undefined,
    };
    const alarms = new Alarms(this, 'Alarms', monitored);
    new Dashboards(this, 'Dashboards', { ...monitored, alarms: Object.values(alarms.byName) });

    for (const [name, value] of Object.entries(config.tags)) Tags.of(this).add(name, value);
    if (config.eventSchemas) new EventSchemas(this, 'EventSchemas', config);

    this.operatorPolicy = operatorPolicy(this, 'OperatorPermissions', {
      config,
      storage,
      functions,
      alarms,
      api: this.#api,
      queues: [deadLetters, jobs.deadLetters, ...(evidence ? [evidence.deadLetters] : [])],
      machineArn,
      machineLog,
    });
    const outputs = {
      ...outputsForOperators({
        functions,
        machineLog,
        apiLog: this.#api.logGroup,
        dropDeadLetters: deadLetters,
        jobDeadLetters: jobs.deadLetters,
        evidenceDeadLetters: evidence?.deadLetters,
        operatorPolicy: this.operatorPolicy,
      }),
      MediaBucket: { value: storage.media.bucketName },
      DataKeyArn: { value: storage.key.keyArn },
      LedgerTable: { value: storage.ledger.tableName },
      MachineArn: { value: machine.stateMachineArn },
      EventBus: { value: outcomes.bus.eventBusName },
      ApiUrl: { value: this.apiUrl },
      WebhookUrl: { value: this.webhookUrl },
      TruoraKeySecret: { value: storage.truoraKey.secretArn },
      AlarmTopic: { value: alarms.topic.topicArn },
      ErasureBucket: { value: storage.erasures.bucketName },
      ...(storage.evidence && { EvidenceBucket: { value: storage.evidence.bucket.bucketName } }),
      ...(campaigns && {
        CampaignMachineArn: { value: campaigns.machine.stateMachineArn },
        CampaignPolicy: { value: campaigns.policy.managedPolicyArn },
        CampaignLog: { value: campaigns.logGroup.logGroupName },
      }),
      WebhookKeysSecret: { value: storage.webhookKeys.secretArn },
      ...(pages ? pages.outputs : {}),
    };
    output(this, outputs);
    this.#publish(config, outputs);
  }

  /** Parameters, not exports: a stack whose export is imported cannot change it, a parameter can. */
  #publish(config: Config, outputs: Outputs): void {
    const values: Record<ParameterName, string> = {
      'machine-arn': this.machine.stateMachineArn,
      'ledger-table': this.ledger.tableName,
      'event-bus': this.bus.eventBusName,
      'media-bucket': this.mediaBucket.bucketName,
      'data-key-arn': this.dataKey.keyArn,
      'api-url': this.apiUrl,
      'webhook-url': this.webhookUrl,
      settings: JSON.stringify(effectiveSettings(config)),
      deployment: jsonOfOutputs(this, outputs),
    };
    for (const name of Object.keys(values) as ParameterName[]) {
      const words = name.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
      new StringParameter(this, `${words.join('')}Parameter`, {
        parameterName: parameterOf(config, name),
        stringValue: values[name],
        // The names in a stack with a long name may exceed the 4,096 characters of the standard tier.
        tier: name === 'deployment' ? ParameterTier.INTELLIGENT_TIERING : ParameterTier.STANDARD,
        description: parameters[name],
      });
    }
  }

  /** A task of a workflow in the same stack: starts a re-validation and waits for its outcome. */
  revalidate(scope: Construct, id: string, ask: Ask): StepFunctionsStartExecution {
    return revalidateWith(this.machine, scope, id, ask);
  }

  /** A rule for the outcomes that are announced, or for those of some statuses. */
  onEnded(id: string, target: IRuleTarget, statuses?: readonly OutcomeStatus[]): Rule {
    return this.#outcomes.onEnded(id, target, statuses);
  }

  /** A rule for amendments, what Truora decided after a case had ended, or for those with some statuses. */
  onAmended(id: string, target: IRuleTarget, statuses?: readonly OutcomeStatus[]): Rule {
    return this.#outcomes.onAmended(id, target, statuses);
  }

  /** Lets a role or user of this account drop media: put objects under `inbox/`, each of which starts a re-validation. */
  grantDrop(grantee: IGrantable): Grant {
    return grantDrop(grantee, this.#storage);
  }

  /**
   * Lets a role or user of this account start and cancel re-validations through the API. A workflow needs no grant: the task of
   * `revalidate` brings its permissions.
   * @throws Error with the setting `jwt`: the API then takes tokens alone
   */
  grantStart(grantee: IGrantable): Grant {
    return grantRoutes(grantee, ['StartRevalidation', 'CancelRevalidation'], this.#api);
  }

  /**
   * Lets a role or user of this account read re-validations and their outcomes through the API, of every person.
   * @throws Error with the setting `jwt`: the API then takes tokens alone
   */
  grantReadOutcomes(grantee: IGrantable): Grant {
    return grantRoutes(grantee, ['ReadRevalidation', 'ListRevalidations'], this.#api);
  }
}
