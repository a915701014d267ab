import * as z from 'zod/mini';
import { getItem, isAlive, putNew } from '../aws/dynamodb.ts';
import { RevalidationId } from '../domain/ids.ts';
import { LONGEST_LIFE_SECONDS, Timestamp } from '../domain/revalidation.ts';
import { secondsAfter } from './keys.ts';

const validationKey = (validationId: string) => `VLD#${validationId}`;

/**
 * Says whose a validation is, so that a webhook finds its way and nobody else takes it for theirs.
 * @throws TypeError when it is another's
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
  const standing = await getItem(table, pk);
  if (standing?.revalidationId !== revalidationId)
    throw new TypeError('the validation is bound to another re-validation');
};

/**
 * Says whose validations are that will never be used: they have an owner too, so that no later look takes them for somebody's
 * own.
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

/** Whose validation this is. @returns undefined for one that is none of ours */
export const readBinding = async (table: string, validationId: string) => {
  const item = await getItem(table, validationKey(validationId));
  return item && isAlive(item) ? Binding.parse(item) : undefined;
};
