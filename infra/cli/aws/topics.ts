import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';

/** How many subscriptions of a topic are confirmed, and how many wait for a click in a mail. */
export const subscriptionsOf = async (TopicArn: string): Promise<{ confirmed: number; pending: number }> => {
  const client = new SNSClient({});
  try {
    const { Subscriptions = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    const isPending = ({ SubscriptionArn }: { SubscriptionArn?: string | undefined }) =>
      SubscriptionArn === 'PendingConfirmation';
    const pending = Subscriptions.filter(isPending).length;
    return { confirmed: Subscriptions.length - pending, pending };
  } finally {
    client.destroy();
  }
};
