import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BusRefusedError } from '../domain/errors.ts';
import { eventBridge } from './clients.ts';

export type BusEntry = { bus: string; source: string; detailType: string; detail: object; at: Date };

/**
 * Puts one event on a bus.
 * @throws BusRefusedError when EventBridge answers 200 and did not take the event
 */
export const putEvent = async ({ bus, source, detailType, detail, at }: BusEntry): Promise<void> => {
  const { FailedEntryCount, Entries } = await eventBridge().send(
    new PutEventsCommand({
      Entries: [
        { EventBusName: bus, Source: source, DetailType: detailType, Detail: JSON.stringify(detail), Time: at },
      ],
    }),
  );
  if (!FailedEntryCount) return;
  // A code of EventBridge (ThrottlingException, InternalFailure ...). Its message may quote the event, so it is left out.
  const code = /^[A-Za-z]{1,64}$/.exec(Entries?.[0]?.ErrorCode ?? '')?.[0] ?? 'no code';
  throw new BusRefusedError('bus_refused', `EventBridge did not take the event: ${code}`);
};
