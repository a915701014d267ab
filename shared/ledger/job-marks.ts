import * as z from 'zod/mini';
import { getItems, updateItem } from '../aws/dynamodb.ts';
import { Timestamp } from '../domain/revalidation.ts';

/** The jobs that run on a schedule and leave a mark. */
export const markedJobs = ['SweepInbox', 'SweepLedger', 'SweepErasures', 'CheckKey'] as const;

export type MarkedJob = (typeof markedJobs)[number];

const keyOf = (name: MarkedJob): string => `SWEEP#last#${name}`;

const whole = z.int().check(z.minimum(0));

const Mark = z.object({
  name: z.enum(markedJobs),
  at: Timestamp,
  seen: whole,
  failed: whole,
  keyDays: z.optional(z.int()),
});

export type Mark = z.infer<typeof Mark>;

/** Writes when a job has run, so that operators see that it runs. The next run replaces it. */
export const markJob = async (table: string, { keyDays, ...mark }: Mark): Promise<void> => {
  const isKnown = keyDays !== undefined;
  await updateItem(table, keyOf(mark.name), {
    set: { ...mark, ...(isKnown ? { keyDays } : {}) },
    remove: isKnown ? [] : ['keyDays'],
  });
};

/** The marks of the jobs that have run. One that cannot be read counts as absent. */
export const readJobMarks = async (table: string): Promise<Mark[]> => {
  const items = await getItems(table, markedJobs.map(keyOf));
  return items.flatMap((item) => Mark.safeParse(item).data ?? []);
};
