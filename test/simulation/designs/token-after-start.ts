import { handler as move } from '../../../functions/move-media.ts';
import { lendVariables } from '../virtual/functions.ts';
import { handler as store } from './token-in-next-state.ts';

lendVariables('AwaitWebhook', 'MoveMedia');

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** The other published design: the waiting state itself starts the job, and stores its token when the job has started. */
export const handler: Handler = async (event, context) => {
  await (move as Handler)(event, context);
  return (store as Handler)(event, context);
};
