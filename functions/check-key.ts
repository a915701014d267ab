import { readSecret } from '../shared/aws/secrets.ts';
import { sendableKey } from '../shared/domain/sendable-key.ts';
import { accessFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { job } from '../shared/lambda/job.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { daysLeft } from '../shared/truora/api-key.ts';

/**
 * Woken every few minutes. Asks how many days the Truora key is good for, by the date that stands in it, and says it as a
 * number that an alarm looks at. A key without a date says nothing, and one that
 * no header can hold fails by name. It calls nobody: whether Truora takes the key, every
 * step that uses it finds out.
 */
export const handler = job('CheckKey', async () => {
  const stored = await readSecret(accessFromEnv('SECRETS_MANAGER'), env('TRUORA_KEY_SECRET'));
  const left = daysLeft(sendableKey(stored), new Date());
  if (left !== undefined) emit('TruoraKeyDays', left);
  return { seen: 1, failed: 0 };
});
