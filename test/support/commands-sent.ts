import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The commands of the ledger, by the names of their classes without the ending. */
type Command = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/**
 * The commands that a client sends, in their order, and what another function does just before one of them: the test, and no
 * clock, decides the order of two writers.
 */
export const commandsSent = (client: DynamoDBClient) => {
  const sent: string[] = [];
  let planned: { command: Command; times: number; act: () => Promise<unknown> } | undefined;
  let repeated: Command | undefined;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const name = commandName.replace(/Command$/, '');
        sent.push(name);
        if (planned && planned.command === name && planned.times > 0) {
          planned.times -= 1;
          await planned.act();
        }
        if (repeated === name) {
          repeated = undefined;
          await next(args);
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  return {
    sent,
    /** Forgets what was sent and planned. */
    clear: (): void => {
      sent.length = 0;
      planned = undefined;
      repeated = undefined;
    },
    /** Runs `act` just before each of the next commands of this name, so many times. It must not use the same client. */
    before: (command: Command, act: () => Promise<unknown>, times = 1): void => {
      planned = { command, times, act };
    },
    /** Sends the next command of this name twice, as the SDK does when the first answer is lost. */
    repeat: (command: Command): void => {
      repeated = command;
    },
  };
};
