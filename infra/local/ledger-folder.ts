import { Config } from '../aws/config.ts';
import { leaveAws, pointSdkAt } from './credentials.ts';
import { startDynamoDb } from './dynamodb.ts';
import { lockFolder } from './folders.ts';
import { localTemplate } from './local-template.ts';
import { resourcesOf } from './template.ts';

/** Opens a ledger on this machine's disk, and points the SDK at it. @throws Error when another process works with it */
export const openLedger = async (directory: string): Promise<{ table: string; close(): Promise<void> }> => {
  leaveAws();
  const release = lockFolder(directory);
  const template = await localTemplate(Config.parse({ stage: 'local' }));
  const ledger = await startDynamoDb(template, { directory });
  pointSdkAt({ DYNAMODB: ledger.origin });
  return {
    table: resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.ref ?? '',
    close: async () => {
      await ledger.close();
      release();
    },
  };
};
