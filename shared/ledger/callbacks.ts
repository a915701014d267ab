import * as z from 'zod/mini';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { Notification } from '../domain/revalidation.ts';
import { secondsAfter } from './keys.ts';

/**
 * Where a parked execution and a webhook meet: one item a validation, which holds the task token and the notification. Each side
 * writes its half and gets the whole item back from the very same write, so whoever comes second sees the first, in
 * whatever order they come.
 */
const Wait = z.object({ taskToken: z.optional(z.string()), notification: z.optional(Notification) });

const keyOf = (validationId: string) => `WAIT#${validationId}`;

const lifeAfter = (deadline: string) => secondsAfter(new Date(deadline), LATE_SECONDS);

/** Leaves the token; a newer one takes the place of an older one, which is dead. @returns the notification, if it rang already */
export const storeTaskToken = async (
  table: string,
  validation: { validationId: string; deadline: string },
  taskToken: string,
): Promise<Notification | undefined> => {
  const set = { taskToken, expiresAt: lifeAfter(validation.deadline) };
  return Wait.parse(await updateItem(table, keyOf(validation.validationId), { set })).notification;
};

/** Leaves the notification; the first one stays. @returns the notification that stands, and the token, if anybody is parked */
export const recordNotification = async (
  table: string,
  validation: { validationId: string; deadline: string },
  at: Date,
) => {
  const item = await updateItem(table, keyOf(validation.validationId), {
    set: { expiresAt: lifeAfter(validation.deadline) },
    setIfAbsent: { notification: { receivedAt: at.toISOString() } satisfies Notification },
  });
  return z.required(Wait, { notification: true }).parse(item);
};

/** Token and notification as they stand: the newest token, or both where whoever had to bring them together has died over it. */
export const readCallback = async (table: string, validationId: string): Promise<z.infer<typeof Wait>> =>
  Wait.parse((await getItem(table, keyOf(validationId))) ?? {});

/** How long a validation may still be called for after its deadline (late webhooks: days, assumed). Seconds. */
export const LATE_SECONDS = 4 * 86_400;
