import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** A message of a queue, and the handle that deletes it. */
export type QueueMessage = { id: string; body: string; handle: string };

/** How long a received message is hidden from other readers. Seconds. */
const HIDDEN_SECONDS = 120;

/** The most messages that one command reads. */
const MOST_MESSAGES = 1000;

/** Every message of a queue, each once. They are hidden from other readers meanwhile; `show` ends that. */
export const readQueue = async (QueueUrl: string): Promise<QueueMessage[]> =>
  withClient(async (client) => {
    const messages = new Map<string, QueueMessage>();
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: HIDDEN_SECONDS }),
      );
      const before = messages.size;
      for (const { MessageId: id = '', Body: body = '', ReceiptHandle: handle = '' } of Messages)
        messages.set(id, { id, body, handle });
      if (messages.size === before || messages.size >= MOST_MESSAGES) return [...messages.values()];
    }
  });

/** Makes a received message visible to other readers again. */
export const show = (QueueUrl: string, { handle }: QueueMessage): Promise<void> =>
  withClient(async (client) => {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handle, VisibilityTimeout: 0 }));
  });

export const deleteMessage = (QueueUrl: string, { handle }: QueueMessage): Promise<void> =>
  withClient(async (client) => {
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle }));
  });

const withClient = async <Result>(work: (client: SQSClient) => Promise<Result>): Promise<Result> => {
  const client = new SQSClient({});
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
};
