import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { AccountId, ConsentReceiptId, Sha256 } from './ids.ts';
import { languages } from './person-messages.ts';
import { CalledBy, Purpose } from './request.ts';
import { Timestamp } from './revalidation.ts';

/** `flag`: the caller says that the person agreed. `receipt`: each request names a receipt that is checked until the media is sent. */
export const ConsentMode = z.enum(['flag', 'receipt']);

export type ConsentMode = z.infer<typeof ConsentMode>;

const Country = z.string().check(z.regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters'));

const TextVersion = z.string().check(z.regex(/^[0-9A-Za-z-]{1,16}$/, 'must be 1 to 16 of A-Z a-z 0-9 -'));

/** The name of a text and of its file without `.md`: `transfer.CO.es.1`. */
const TextName = z
  .string()
  .check(
    z.regex(
      /^[a-z][a-z0-9_-]{0,31}\.[A-Z]{2}\.[a-z]{2}\.[0-9A-Za-z-]{1,16}$/,
      'must be purpose.COUNTRY.language.version',
    ),
  );

/** The texts of a deployment by name, each with its SHA-256 in base64url: half the length of hex, because a variable holds them. */
export const ConsentTexts = z.record(TextName, z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)));

export type ConsentTexts = z.infer<typeof ConsentTexts>;

const Words = z.string().check(z.regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters'));

/** What a caller records: which text the person agreed to, when, how, and until when. */
export const ConsentBody = z.strictObject({
  accountId: AccountId,
  purpose: Purpose,
  country: Country,
  language: z.enum(languages),
  textVersion: TextVersion,
  /** The hash of the text that was shown, so that a changed text is noticed. */
  textSha256: z.optional(Sha256),
  /** Where the person agreed, such as `app` or `branch`. */
  channel: Words,
  /** How the person agreed, such as `checkbox` or `signature`. */
  method: Words,
  /** The person was told that agreeing is optional. */
  optionalStated: z.literal(true, 'must be true: the person must have been told that it is optional'),
  /** The person was offered another way. */
  alternativeOffered: z.boolean(),
  givenAt: Timestamp,
  validUntil: Timestamp,
});

export type ConsentBody = z.infer<typeof ConsentBody>;

/** A consent receipt, after ISO/IEC TS 27560. Nothing of it changes; only a revocation is added. */
export const ConsentReceipt = z.object({
  receiptId: ConsentReceiptId,
  ...ConsentBody.shape,
  /** Purpose and country: the texts of one id say the same in each language. */
  textId: z.string(),
  textSha256: Sha256,
  recipients: z.array(z.string()),
  dataCategories: z.array(z.string()),
  recordedAt: Timestamp,
  recordedBy: CalledBy,
  revokedAt: z.optional(Timestamp),
  revokedBy: z.optional(CalledBy),
});

export type ConsentReceipt = z.infer<typeof ConsentReceipt>;

/** The receipts of a person, newest first. */
export const ConsentList = z.object({ consents: z.array(ConsentReceipt) });

/** Who gets the data, and what they get. A receipt repeats it, so that it can be read alone. */
const RECIPIENTS = ['Truora'];

const DATA_CATEGORIES = ['face_photo_or_video', 'face_biometrics'];

/** The hash of the text that a body names, in hex. @returns undefined for a text that the deployment does not have */
export const hashOfText = (
  texts: ConsentTexts,
  { purpose, country, language, textVersion }: Pick<ConsentBody, 'purpose' | 'country' | 'language' | 'textVersion'>,
): string | undefined => {
  const name = `${purpose}.${country}.${language}.${textVersion}`;
  return Object.hasOwn(texts, name) ? Buffer.from(texts[name] ?? '', 'base64url').toString('hex') : undefined;
};

/** The receipt of a body. Its id is a hash of what it says, so that the same body is the same receipt. */
export const receiptOf = (
  { textSha256: _, ...body }: ConsentBody,
  textSha256: string,
  by: { recordedAt: string; recordedBy: string },
): ConsentReceipt => {
  const said = {
    ...body,
    textId: `${body.purpose}.${body.country}`,
    textSha256,
    recipients: RECIPIENTS,
    dataCategories: DATA_CATEGORIES,
  };
  const sorted = Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  return { receiptId: `CNS${hash.slice(0, 32)}`, ...said, ...by };
};

/** Why a receipt no longer allows the use of the face. @returns undefined while it does */
export const endOfConsent = (
  { receipt, revokingAt }: { receipt: Pick<ConsentReceipt, 'validUntil'>; revokingAt: string | undefined },
  now: Date,
): 'consent_revoked' | 'consent_expired' | undefined => {
  if (revokingAt !== undefined) return 'consent_revoked';
  return receipt.validUntil <= now.toISOString() ? 'consent_expired' : undefined;
};
