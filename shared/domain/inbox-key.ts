import { AccountId, RevalidationId, TruoraId } from './ids.ts';

/** Where drops go. The rule that starts the machine listens to this prefix alone. */
export const INBOX = 'inbox/';

export type InboxKey = { accountId: string; enrollmentId: string; name: string };

/**
 * Reads `inbox/{accountId}/{enrollmentId}/{name}.{ext}`. EventBridge hands over the real key, so nothing is decoded here:
 * `%2B` in a name is those three characters. The name may hold anything but a slash; it is never used as a path or as text.
 * @returns undefined for a key that is not one of ours.
 */
export const readInboxKey = (key: string): InboxKey | undefined => {
  const [inbox, accountId, enrollmentId, name, ...rest] = key.split('/');
  if (`${inbox}/` !== INBOX || !name || rest.length > 0) return undefined;
  if (!AccountId.safeParse(accountId).success || !TruoraId.safeParse(enrollmentId).success) return undefined;
  if (!/.\.[^.]+$/su.test(name)) return undefined;
  return { accountId: accountId as string, enrollmentId: enrollmentId as string, name };
};

/** The inverse of `readInboxKey`. */
export const writeInboxKey = ({ accountId, enrollmentId, name }: InboxKey): string =>
  `${INBOX}${accountId}/${enrollmentId}/${name}`;

/** The re-validation that a ticket's key names: `inbox/{accountId}/{enrollmentId}/{revalidationId}.{ext}`. */
export const ticketIdIn = (key: string): string | undefined =>
  RevalidationId.safeParse(readInboxKey(key)?.name.replace(/\.[^.]+$/su, '')).data;
