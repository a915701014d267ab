import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { DeadLetterQueue } from '../../shared/domain/console.ts';

/**
 * Lets a function count the messages of the dead-letter queues, and read none. The queues are made after the functions.
 * @param reader undefined where the deployment has no console
 */
export const countDeadLetters = (
  reader: LambdaFunction | undefined,
  queues: Record<DeadLetterQueue, Queue | undefined>,
): void => {
  const named = Object.entries(queues).flatMap(([name, queue]) => (queue ? [{ name, queue }] : []));
  const addresses = named.map(({ name, queue }) => `${name}=${queue.queueUrl}`);
  const resources = named.map(({ queue }) => queue.queueArn);
  reader?.addEnvironment('DEAD_LETTERS', addresses.join(','));
  reader?.addToRolePolicy(new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources }));
};
