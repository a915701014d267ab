import { CompactSign, compactVerify } from 'jose';
import * as z from 'zod/mini';
import { WebhookEvent } from './schemas.ts';

/** A webhook's body is a few KB; anything larger is refused before it is decoded or parsed. Bytes. */
export const MAX_WEBHOOK_BYTES = 64_000;

const bytes = (text: string) => new TextEncoder().encode(text);

/** Signs like Truora: a compact JWT, HS256, with the rule's key as UTF-8 text (seen: not base64-decoded). */
export const signWebhook = (payload: object, key: string): Promise<string> =>
  new CompactSign(bytes(JSON.stringify(payload))).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(bytes(key));

/**
 * Reads a webhook's body: the raw token, the token as a JSON text, or either in `{"token": "..."}`; a leading byte-order
 * mark is ignored. Only the content of the verified token is used.
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

/** The validation ids of a webhook, each once. `created` events are left out, because there is no verdict yet. */
export const validationIdsOf = (events: readonly WebhookEvent[]): string[] => [
  ...new Set(events.filter(({ event_action }) => event_action !== CREATED).map(({ object }) => object.validation_id)),
];

export const CREATED = 'created';

/** The events about validations. Events of other products may have another form and are left out. */
const readEvents = (payload: unknown): WebhookEvent[] => {
  const { success, data } = z.object({ events: z.array(z.unknown()) }).safeParse(payload);
  return success ? data.events.flatMap((event) => WebhookEvent.safeParse(event).data ?? []) : [];
};

/** The most wrappings of a token: a JSON text in an object in a JSON text. */
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
 * The signature keys of the secret: a JSON list, one for each webhook rule at Truora, two during a rotation. Any other content
 * gives no key, so that an incomplete secret accepts no webhook.
 */
export const keysOf = (secret: string): string[] => {
  try {
    return Keys.parse(JSON.parse(secret));
  } catch {
    return [];
  }
};
