import * as z from 'zod/mini';
import { optionFields, personFields, type Revalidation, type Ticket, UploadWanted } from './api.ts';
import { type ConsentTexts, Country } from './consent.ts';
import { Sha256 } from './ids.ts';
import type { MediaType } from './media.ts';
import { Alternative, type Language, languages } from './person-messages.ts';
import { PersonRevalidation, personViewOf, type Reader } from './person-view.ts';
import { purposeOf } from './policy.ts';
import { Capture, type Options, Purpose, subvalidationsOf } from './request.ts';
import { Timestamp } from './revalidation.ts';

/** How long a capture link can be opened. A system sends it to a person who waits for it. Seconds. */
export const LINK_SECONDS = 600;

/** How long the session of an opened link lasts: consent, capture and the wait for the result. Seconds. */
export const SESSION_SECONDS = 3600;

/** How long a consent that is given on the capture page lasts: longer than any case runs. Seconds. */
export const CONSENT_SECONDS = 86_400;

/** Whether a request asks for speech, whose phrase only a live capture has. */
export const asksSpeech = (options: Options): boolean => subvalidationsOf(options)?.includes('speech_match') ?? false;

/**
 * The body of a call for a case whose media does not exist yet: made on the capture page, or `live`. Without `userAuthorized` the person
 * is asked on the page, and nothing is started before the person agrees.
 */
export const CaptureBody = z
  .strictObject({
    ...personFields,
    userAuthorized: z.optional(personFields.userAuthorized),
    capture: Capture,
    /** The form's type and largest size. The content decides: a page may ask for a form of another type. */
    upload: z.optional(UploadWanted),
    /** The country of the text of consent. Without it the page gets the texts of every country. */
    country: z.optional(Country),
    ...optionFields,
  })
  .check(
    z.superRefine((body, context) => {
      const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
      if (body.consentReceiptId && !body.userAuthorized) refuse('userAuthorized', 'is needed with consentReceiptId');
      if (body.capture === 'live' && !asksSpeech(body.options ?? {}))
        refuse('capture', 'must be live only with speech_match in options.subvalidations');
    }),
  );

export type CaptureBody = z.infer<typeof CaptureBody>;

/** What a person records. */
const kinds = ['photo', 'video', 'speech'] as const;

export type CaptureKind = (typeof kinds)[number];

/** @param options as they are sent to Truora, under the policy */
export const captureKindOf = (options: Options): CaptureKind => {
  const all = subvalidationsOf(options) ?? [];
  if (all.includes('speech_match')) return 'speech';
  return all.includes('passive_liveness') ? 'video' : 'photo';
};

/** The type of an upload form whose caller names none. */
export const usualTypeOf = (kind: CaptureKind): MediaType => (kind === 'photo' ? 'image/jpeg' : 'video/mp4');

/** A text of consent that the case allows. The page has its words in the file `{purpose}.{country}.{language}.{version}.md`. */
export const ConsentTextRef = z.object({
  purpose: Purpose,
  country: Country,
  language: z.enum(languages),
  textVersion: z.string(),
  textSha256: Sha256,
});

export type ConsentTextRef = z.infer<typeof ConsentTextRef>;

const newestLast = new Intl.Collator('en', { numeric: true });

/** The texts of a purpose, and of one country where it is named: the newest version of each country and language. */
export const textsFor = (
  texts: ConsentTexts,
  of: { purpose?: string | undefined; country?: string | undefined },
): ConsentTextRef[] => {
  const found = Object.keys(texts)
    .toSorted(newestLast.compare)
    .flatMap((name) => {
      const [purpose = '', country = '', language = '', textVersion = ''] = name.split('.');
      const isOf = purpose === purposeOf(of) && (of.country === undefined || country === of.country);
      if (!isOf || !languages.some((one) => one === language)) return [];
      const textSha256 = Buffer.from(texts[name] ?? '', 'base64url').toString('hex');
      return [{ purpose, country, language: language as Language, textVersion, textSha256 }];
    });
  return [...new Map(found.map((one) => [`${one.country}.${one.language}`, one])).values()];
};

/** The body of the first call of the page: the token of the link. */
export const CaptureLinkBody = z.strictObject({ token: z.string() });

/** The body of a consent on the page: the text that the person has read. */
export const CaptureConsentBody = z.strictObject({
  country: Country,
  language: z.enum(languages),
  textVersion: z.string().check(z.maxLength(16)),
  textSha256: Sha256,
});

export type CaptureConsentBody = z.infer<typeof CaptureConsentBody>;

/** The body of a call for a form on the page: the type that the camera makes. Default: the type of the ticket. */
export const CaptureFormBody = z.strictObject({ type: z.optional(UploadWanted.shape.type) });

/**
 * Where the person stands: `consent` (has to agree), `starting` (the phrase is on its way), `record`, `checking` (the media has arrived)
 * or `ended`.
 */
const steps = ['consent', 'starting', 'record', 'checking', 'ended'] as const;

/** A case as the capture page sees it: the view of its person, and what to do now. */
export const CaptureView = z.extend(PersonRevalidation, {
  step: z.enum(steps),
  record: z.enum(kinds),
  purpose: Purpose,
  /** The texts of which the person agrees to one; only in the step `consent`. */
  texts: z.optional(z.array(ConsentTextRef)),
  /** The other way that the deployment offers. */
  alternative: z.optional(Alternative),
});

export type CaptureView = z.infer<typeof CaptureView>;

/** The answer to an opened link: the session, a secret of the page for the header `Authorization: Bearer`, and the case. */
export const CaptureSession = z.extend(CaptureView, { session: z.string(), sessionExpiresAt: Timestamp });

type Case = {
  ticket: Ticket;
  /** The case as a caller sees it, with the phrase while it may be spoken. */
  found: Revalidation;
  /** Whether the record has its media. */
  hasMedia: boolean;
};

/** The step of a case on the page. */
export const captureStepOf = ({ ticket, found, hasMedia }: Case): CaptureView['step'] => {
  if (found.status !== 'pending') return 'ended';
  if (!ticket.userAuthorized) return 'consent';
  if (hasMedia) return 'checking';
  if (ticket.capture !== 'live')
    return found.claimedAt === undefined && ticket.droppedAs === undefined ? 'record' : 'checking';
  if (found.phrase !== undefined) return 'record';
  return found.phase === 'created' ? 'checking' : 'starting';
};

/** The view of the capture page. @param options as they are sent to Truora */
export const captureViewOf = (of: Case, options: Options, texts: ConsentTexts, reader: Reader): CaptureView => {
  const { ticket, found } = of;
  const step = captureStepOf(of);
  return {
    ...personViewOf(found, reader),
    step,
    record: captureKindOf(options),
    purpose: purposeOf(ticket),
    ...(step === 'consent' ? { texts: textsFor(texts, ticket) } : {}),
    ...(reader.alternative ? { alternative: reader.alternative } : {}),
  };
};
