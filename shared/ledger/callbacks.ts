import * as z from 'zod/mini';
import { getItem, updateItem } from '../aws/dynamodb.ts';
import { Notification } from '../domain/revalidation.ts';
import { secondsAfter } from './keys.ts';

/**
 * One item for each validation, which holds the task token of the waiting execution and the notification of the webhook. Each
 * side writes its part and gets the whole item from the same write, so the second writer sees the first, in any order.
 */
const Callback = z.object({ taskToken: z.optional(z.string()), notification: z.optional(Notification) });

const keyOf = (validationId: string) => `WAIT#${validationId}`;

const lifeAfter = (deadline: string) => secondsAfter(new Date(deadline), LATE_SECONDS);

/** Stores the task token; it replaces an older one, which is no longer valid. @returns the notification, if it arrived before */
export const storeTaskToken = async (
  table: string,
  validation: { validationId: string; deadline: string },
  taskToken: string,
): Promise<Notification | undefined> => {
  const set = { taskToken, expiresAt: lifeAfter(validation.deadline) };
  return Callback.parse(await updateItem(table, keyOf(validation.validationId), { set })).notification;
};

/** Stores the notification; the first one stays. @returns the stored notification, and the token, if an execution waits */
export const recordNotification = async (
  table: string,
  validation: { validationId: string; deadline: string },
  at: Date,
) => {
  const item = await updateItem(table, keyOf(validation.validationId), {
    set: { expiresAt: lifeAfter(validation.deadline) },
    setIfAbsent: { notification: { receivedAt: at.toISOString() } satisfies Notification },
  });
  return z.required(Callback, { notification: true }).parse(item);
};

/** The stored token and notification. Both are there when the writer of the second one failed before it resumed the execution. */
export const readCallback = async (table: string, validationId: string): Promise<z.infer<typeof Callback>> =>
  Callback.parse((await getItem(table, keyOf(validationId))) ?? {});

/** How long a webhook may arrive after the deadline (days, assumed). Seconds. */
export const LATE_SECONDS = 4 * 86_400;
