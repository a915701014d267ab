import { CompactSign, compactVerify } from 'jose';
import * as z from 'zod/mini';
import { WebhookEvent } from './schemas.ts';

/** A webhook's body is a few KB; anything larger is refused before it is decoded or parsed. Bytes. */
export const MAX_WEBHOOK_BYTES = 64_000;

const bytes = (text: string) => new TextEncoder().encode(text);

/** Signs as Truora does: a compact JWT, HS256, with the rule's key as it stands (seen: UTF-8, not base64-decoded). */
export const signWebhook = (payload: object, key: string): Promise<string> =>
  new CompactSign(bytes(JSON.stringify(payload))).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(bytes(key));

/**
 * Reads a webhook's body: the raw token, the token as a JSON text, or either in `{"token": "..."}`; a byte-order mark in front
 * is passed over. Whatever is around it, only what the token itself holds, once it is verified, is believed.
 * @param keys one per rule, several while one is rotated; none or an empty one accepts nothing
 * @returns the events that are about a validation; undefined unless the token is HS256 and signed with one of the keys
 */
export const verifyWebhook = async (body: string, keys: readonly string[]): Promise<WebhookEvent[] | undefined> => {
  if (Buffer.byteLength(body) > MAX_WEBHOOK_BYTES) return undefined;
  const token = unwrap(body.trim());
  for (const key of keys) {
    if (key === '') continue;
    const verified = await compactVerify(token, bytes(key), { algorithms: ['HS256'] }).catch(() => undefined);
    if (verified) return readEvents(readJson(new TextDecoder().decode(verified.payload)));
  }
  return undefined;
};

/** The validations that a webhook calls for, each once; `created` is no call, for there is nothing to look at yet. */
export const validationIdsOf = (events: readonly WebhookEvent[]): string[] => [
  ...new Set(events.filter(({ event_action }) => event_action !== CREATED).map(({ object }) => object.validation_id)),
];

export const CREATED = 'created';

/** Another product's event may look otherwise; it is none of ours and no reason to refuse the rest. */
const readEvents = (payload: unknown): WebhookEvent[] => {
  const { success, data } = z.object({ events: z.array(z.unknown()) }).safeParse(payload);
  return success ? data.events.flatMap((event) => WebhookEvent.safeParse(event).data ?? []) : [];
};

/** How often a token is wrapped at most: a JSON text in an object in a JSON text. */
const MOST_WRAPS = 3;

const Wrapped = z.union([
  z.string(),
  z.pipe(
    z.object({ token: z.string() }),
    z.transform(({ token }) => token),
  ),
]);

const unwrap = (body: string, wraps = 0): string => {
  if (wraps === MOST_WRAPS || !/^[{"]/.test(body)) return body;
  const { data: inner } = Wrapped.safeParse(readJson(body));
  return inner === undefined ? body : unwrap(inner.trim(), wraps + 1);
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const Keys = z.array(z.string());

/**
 * The signature keys as the secret holds them: a JSON list, one a rule of Truora's, two while one is rotated. Anything
 * else is no key at all, so that a half-written secret opens no door.
 */
export const keysOf = (secret: string): string[] => {
  try {
    return Keys.parse(JSON.parse(secret));
  } catch {
    return [];
  }
};
