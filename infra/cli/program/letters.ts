import * as z from 'zod/mini';
import { EndedExecution, startExecution } from '../../../shared/aws/executions.ts';
import { AnnouncedCase } from '../../../shared/domain/announcement.ts';
import { idOfDropped } from '../../../shared/domain/case-id.ts';
import { type Dropped, executionNameOf } from '../../../shared/domain/drop.ts';
import { DropEvent } from '../../../shared/domain/request.ts';
import { unknownAmong } from '../../../shared/logic/locate.ts';
import { type Connected, outputOf } from './deployment.ts';

/** A message of a dead-letter queue, and what can be done about it. */
export type Letter = {
  /** What the message is about: a case or an execution. */
  what: string;
  /** What `act` does, or why nothing can be done. */
  plan: string;
  /** Does it, and deletes the message. Undefined for a message that a person must look at. */
  act: (() => Promise<void>) | undefined;
  /** Leaves the message for other readers. */
  release: () => Promise<void>;
};

const lettersIn = async (
  url: string,
  read: (body: unknown, done: () => Promise<void>) => Promise<Omit<Letter, 'release'>>,
) => {
  const { deleteMessage, readQueue, show } = await import('../aws/queues.ts');
  const letters: Letter[] = [];
  for (const message of await readQueue(url)) {
    const done = () => deleteMessage(url, message);
    const unreadable = {
      what: `message ${message.id}`,
      plan: 'cannot be read; look at it in the queue',
      act: undefined,
    };
    const letter = await read(parsed(message.body), done).catch(() => unreadable);
    letters.push({ ...letter, release: () => show(url, message) });
  }
  return letters;
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const Event = z.extend(DropEvent, { time: z.optional(z.iso.datetime()) });

/** The drops that EventBridge could not start: the message is the event of S3. */
export const dropsNotStarted = (connected: Connected): Promise<Letter[]> => {
  const bucket = outputOf(connected, 'MediaBucket');
  const table = outputOf(connected, 'LedgerTable');
  const machine = outputOf(connected, 'MachineArn');
  return lettersIn(outputOf(connected, 'DropDeadLetters'), async (body, done) => {
    const event = Event.parse(body);
    const { key, etag, 'version-id': versionId = '' } = event.detail.object;
    const dropped: Dropped = { key, etag, versionId, putAt: new Date(event.time ?? Date.now()) };
    const id = idOfDropped(bucket, dropped);
    const [unknown] = await unknownAmong(table, bucket, [dropped]);
    if (!unknown) return { what: `drop ${id}`, plan: 'it has a record, so only the message is deleted', act: done };
    return {
      what: `drop ${id}`,
      plan: 'start the state machine with its event',
      act: async () => {
        const { time: _, ...request } = event;
        await startExecution(machine, executionNameOf(id, dropped, new Date()), { kind: 'drop', event: request });
        await done();
      },
    };
  });
};

/**
 * The outcomes whose evidence was not signed: the message holds the event, as EventBridge could not deliver it or as SignEvidence was
 * called with it. None in a deployment without evidence.
 */
export const outcomesNotSigned = (connected: Connected): Promise<Letter[]> => {
  if (connected.outputs.EvidenceBucket === undefined) return Promise.resolve([]);
  const sign = outputOf(connected, 'SignEvidenceFunction');
  return lettersIn(outputOf(connected, 'EvidenceDeadLetters'), async (body, done) => {
    const { requestPayload: event = body } = z.object({ requestPayload: z.optional(z.unknown()) }).parse(body);
    return {
      what: `evidence of ${AnnouncedCase.parse(event).detail.revalidationId}`,
      plan: 'invoke SignEvidence with its event',
      act: async () => {
        const { invoke } = await import('../aws/functions.ts');
        await invoke(sign, event);
        await done();
      },
    };
  });
};

/** The failed executions that RepairExecution could not repair: the message holds the event that it was called with. */
export const executionsNotRepaired = (connected: Connected): Promise<Letter[]> => {
  const repair = outputOf(connected, 'RepairExecutionFunction');
  return lettersIn(outputOf(connected, 'JobDeadLetters'), async (body, done) => {
    const { requestPayload } = z.object({ requestPayload: z.unknown() }).parse(body);
    const { detail } = EndedExecution.parse(requestPayload);
    return {
      what: `execution ${detail.executionArn.split(':').at(-1)} (${detail.status})`,
      plan: 'invoke RepairExecution with its event',
      act: async () => {
        const { invoke } = await import('../aws/functions.ts');
        await invoke(repair, requestPayload);
        await done();
      },
    };
  });
};
