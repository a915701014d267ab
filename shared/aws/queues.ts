import * as z from 'zod/mini';
import { type Access, awsJson } from './signed-call.ts';

/** The numbers come as text (documented). */
const number = z.coerce.number().check(z.int(), z.nonnegative());

const Answer = z.object({
  Attributes: z.object({ ApproximateNumberOfMessages: number, ApproximateNumberOfMessagesNotVisible: number }),
});

/** How many messages a queue holds, about: also those that a reader hides at this moment. */
export const countMessages = async (access: Access, QueueUrl: string): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = Answer.parse(await awsJson(access, 'sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames }));
  return Attributes.ApproximateNumberOfMessages + Attributes.ApproximateNumberOfMessagesNotVisible;
};
