import { expect } from 'vitest';
import { executionEvent } from '../../infra/local/event-bus.ts';
import type { LocalSystem } from '../../infra/local/local-system.ts';
import { drop } from '../../infra/local/put-media.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { selfie } from './commands.ts';
import { waitFor } from './wait-for.ts';

/** Puts an event that RepairExecution could not handle into the queue of the jobs, in the form of a destination of Lambda. */
export const putJobMessage = (system: LocalSystem, requestPayload: unknown, letters = 'JobDeadLetters'): void => {
  const queue = system.deployment.outputs[letters]?.split('/').at(-1);
  const context = { requestId: 'R1', functionArn: 'arn:RepairExecution', condition: 'RetriesExhausted' };
  const body = JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { ...context, approximateInvokeCount: 3 },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'Error' },
  });
  (system.deadLetters as unknown[]).push({
    queueArn: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    body,
    attributes: {},
  });
};

/**
 * A case whose execution was stopped, and whose repair was not done: it is open, and its message is in the queue of the jobs.
 * @param system one whose events of failed executions are lost
 */
export const loseRepair = async (system: LocalSystem, name: string): Promise<LedgerRecord> => {
  const who = { accountId: `${name}-never`, enrollmentId: `ENR-${name}` };
  system.sandbox?.enroll(who);
  const versionId = await drop(system, { file: selfie, ...who, name: 'selfie.jpg' });
  const execution = await system.executionOf(versionId);
  await waitFor(async () => expect((await system.recordsOf(who.accountId)).records[0]?.receipt).toBeDefined());
  system.machine.stop(execution.executionArn);
  await execution.ended.catch(() => {});
  putJobMessage(system, executionEvent(execution));
  const [record] = (await system.recordsOf(who.accountId)).records;
  if (!record) throw new Error('the case has no record');
  return record;
};
