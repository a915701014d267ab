import * as z from 'zod/mini';
import { getItem, isAlive, putNew } from '../aws/dynamodb.ts';
import { RevalidationId } from '../domain/ids.ts';
import { LONGEST_LIFE_SECONDS, Timestamp } from '../domain/revalidation.ts';
import { secondsAfter } from './keys.ts';

const validationKey = (validationId: string) => `VLD#${validationId}`;

/**
 * Records the re-validation that a validation belongs to, so that a webhook finds it and no other case adopts it.
 * @throws TypeError when it belongs to another one
 */
export const bindValidation = async (
  table: string,
  validation: { validationId: string; deadline: string },
  revalidationId: string,
  retentionDays: number,
) => {
  const pk = validationKey(validation.validationId);
  const expiresAt = secondsAfter(new Date(validation.deadline), retentionDays * 86_400);
  if (await putNew(table, { pk, revalidationId, deadline: validation.deadline, expiresAt })) return;
  const existing = await getItem(table, pk);
  if (existing?.revalidationId !== revalidationId)
    throw new TypeError('the validation is bound to another re-validation');
};

/**
 * Records the re-validation of unused validations (orphans), so that no other case adopts them.
 */
export const bindOrphans = async (
  { table, retentionDays }: { table: string; retentionDays: number },
  of: { revalidationId: string; openedAt: string },
  orphans: readonly string[],
): Promise<void> => {
  const deadline = new Date(Date.parse(of.openedAt) + LONGEST_LIFE_SECONDS * 1000).toISOString();
  for (const validationId of orphans) {
    await bindValidation(table, { validationId, deadline }, of.revalidationId, retentionDays);
  }
};

const Binding = z.object({ revalidationId: RevalidationId, deadline: Timestamp });

/** The re-validation that a validation belongs to. @returns undefined for an unknown one */
export const readBinding = async (table: string, validationId: string) => {
  const item = await getItem(table, validationKey(validationId));
  return item && isAlive(item) ? Binding.parse(item) : undefined;
};
