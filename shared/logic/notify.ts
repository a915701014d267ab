import { resume } from '../aws/executions.ts';
import type { Notification } from '../domain/revalidation.ts';
import { readBinding } from '../ledger/bindings.ts';
import { readCallback, recordNotification } from '../ledger/callbacks.ts';
import { markLateWebhook } from '../ledger/follow-ups.ts';

/** The result of a notification: `unknown` for a validation that is none of ours, else whether an execution was resumed. */
export type Notified =
  | { result: 'unknown' }
  | { result: 'recorded' | 'resumed' | 'late' | 'unsent'; revalidationId: string };

/**
 * Stores the notification about a validation and resumes the execution that waits for it. The notification is stored before the
 * execution is resumed, and before Truora gets its 200. It decides nothing: ReadVerdict asks Truora.
 * @param emitRecorded counts a stored notification
 */
export const notify = async (table: string, validationId: string, emitRecorded: () => void): Promise<Notified> => {
  const binding = await readBinding(table, validationId);
  if (!binding) return { result: 'unknown' };
  const at = new Date();
  const { notification, taskToken } = await recordNotification(table, { validationId, deadline: binding.deadline }, at);
  emitRecorded();
  const result = taskToken === undefined ? 'recorded' : await wake(table, validationId, taskToken, notification);
  // No execution was resumed: it does not wait yet, or the case is closed, and then the sweep asks Truora.
  if (result !== 'resumed') await markLateWebhook(table, binding.revalidationId, at);
  return { result, revalidationId: binding.revalidationId };
};

/** An execution that cannot be resumed reads the stored notification, or its callback timeout ends and it asks Truora. */
const wake = async (
  table: string,
  validationId: string,
  taskToken: string,
  notification: Notification,
): Promise<'resumed' | 'late' | 'unsent'> => {
  try {
    if (await resume(taskToken, notification)) return 'resumed';
    // The token is no longer valid. If a retry has stored a newer one, that is tried, once.
    const { taskToken: newer } = await readCallback(table, validationId);
    return newer && newer !== taskToken && (await resume(newer, notification)) ? 'resumed' : 'late';
  } catch {
    return 'unsent';
  }
};
