import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { routes } from '../../shared/workflow/names.ts';
import { Alarms } from './alarms.ts';
import type { Config } from './config.ts';
import { Dashboards } from './dashboards.ts';
import { ApiDoor, DropDoor } from './doors.ts';
import { type FunctionName, Functions } from './functions.ts';
import { Machine, machineArnOf } from './machine.ts';
import { Storage } from './storage.ts';

/** The whole house: what lasts, what happens, in which order, and the doors. */
export class FaceRevalidationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { config, codeOf }: { config: Config; codeOf: (name: FunctionName) => Code },
  ) {
    super(scope, id, {
      description: 'Re-validates known faces at Truora.',
      ...(config.region ? { env: { region: config.region } } : {}),
    });
    const storage = new Storage(this, 'Storage', config);
    const functions = new Functions(this, 'Functions', {
      config,
      storage,
      codeOf,
      machineArn: machineArnOf(this, config),
    });
    const { machine } = new Machine(this, 'Workflow', { config, functions });
    const { deadLetters } = new DropDoor(this, 'DropDoor', { media: storage.media, machine });
    const { api } = new ApiDoor(this, 'ApiDoor', { functions });

    const watched = { config, machine, deadLetters };
    const alarms = new Alarms(this, 'Alarms', watched);
    new Dashboards(this, 'Dashboards', { ...watched, functions, alarms: Object.values(alarms.byName) });

    new CfnOutput(this, 'MediaBucket', { value: storage.media.bucketName });
    new CfnOutput(this, 'LedgerTable', { value: storage.ledger.tableName });
    new CfnOutput(this, 'MachineArn', { value: machine.stateMachineArn });
    new CfnOutput(this, 'WebhookUrl', { value: `${api.apiEndpoint}${routes.ReceiveWebhook.path}` });
    new CfnOutput(this, 'TruoraKeySecret', { value: storage.truoraKey.secretArn });
    new CfnOutput(this, 'AlarmTopic', { value: alarms.topic.topicArn });
    new CfnOutput(this, 'WebhookKeysSecret', { value: storage.webhookKeys.secretArn });
  }
}
