import { readSecret } from '../shared/aws/secrets.ts';
import { sendableKey } from '../shared/domain/sendable-key.ts';
import { accessFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job, leaveMark } from '../shared/lambda/job.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { daysLeft } from '../shared/truora/api-key.ts';

/**
 * Runs every few minutes. Emits how many days the Truora key is still valid, by the date inside the key; an alarm watches the number.
 * A key without a date emits nothing, and a key that no header can hold fails by name. It does not call Truora: every step that uses
 * the key finds out whether Truora accepts it.
 */
export const handler = job('CheckKey', async () => {
  const stored = await readSecret(accessFromEnv('SECRETS_MANAGER'), env('TRUORA_KEY_SECRET'));
  const left = daysLeft(sendableKey(stored), new Date());
  if (left !== undefined) emit('TruoraKeyDays', left);
  return leaveMark('CheckKey', { seen: 1, failed: 0 }, left);
});
