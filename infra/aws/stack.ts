import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { routes } from '../../shared/workflow/names.ts';
import { ApiDoor } from './api.ts';
import type { Config } from './config.ts';
import { DropDoor } from './doors.ts';
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
    super(scope, id, { description: 'Re-validates known faces at Truora.' });
    const storage = new Storage(this, 'Storage', config);
    const functions = new Functions(this, 'Functions', {
      config,
      storage,
      codeOf,
      machineArn: machineArnOf(this, config),
    });
    const { machine } = new Machine(this, 'Workflow', { config, functions });
    new DropDoor(this, 'DropDoor', { media: storage.media, machine });
    const { api } = new ApiDoor(this, 'ApiDoor', { config, functions });

    new CfnOutput(this, 'MediaBucket', { value: storage.media.bucketName });
    new CfnOutput(this, 'LedgerTable', { value: storage.ledger.tableName });
    new CfnOutput(this, 'MachineArn', { value: machine.stateMachineArn });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'WebhookUrl', { value: `${api.apiEndpoint}${routes.ReceiveWebhook.path}` });
    new CfnOutput(this, 'TruoraKeySecret', { value: storage.truoraKey.secretArn });
    new CfnOutput(this, 'WebhookKeysSecret', { value: storage.webhookKeys.secretArn });
  }
}
