import { readInboxKey } from './drop.ts';
import { RequestInvalidError } from './errors.ts';
import type { Intake } from './intake.ts';
import { parseOrRefuse } from './parse.ts';
import { CallRequest, Options } from './request.ts';

/** Bytes of JSON that `x-amz-meta-options` may hold: S3 gives all user metadata of an object 2 KB. */
const MAX_OPTIONS_BYTES = 512;

/** The person and the options of a request, of either kind, before the media is read. */
export type RequestDetails = {
  accountId: string;
  enrollmentId: string;
  userAuthorized: true;
  options: Options;
  purpose: string | undefined;
  consentReceiptId: string | undefined;
  reference: string | undefined;
};

/** The details of a request: of a call from its fields, of a drop from its key and its metadata. */
export const requestDetailsOf = ({ call, media }: Intake, metadata: Record<string, string>): RequestDetails =>
  call ? detailsOfCall(call) : detailsOfDrop(media.key, metadata);

/**
 * The key of a drop holds the person, and its user metadata (`x-amz-meta-*`) the rest. The uploader sets both.
 * @throws RequestInvalidError naming the key, or the metadata field and its rule
 */
export const detailsOfDrop = (key: string, metadata: Record<string, string>): RequestDetails => {
  const ids = readInboxKey(key);
  if (!ids) {
    throw new RequestInvalidError(
      'unreadable_key',
      'key: must be inbox/{accountId}/{enrollmentId}/{name}.{ext} with ids of A-Z a-z 0-9 _ - (and . in accountId)',
    );
  }
  if (metadata['user-authorized'] !== 'true') {
    throw new RequestInvalidError(
      'consent_missing',
      'x-amz-meta-user-authorized: must be true: the person must have agreed',
    );
  }
  const options = parseOrRefuse(Options, readOptions(metadata.options), 'x-amz-meta-options');
  const reference = parseOrRefuse(CallRequest.shape.reference, metadata.reference, 'x-amz-meta-reference');
  const purpose = parseOrRefuse(CallRequest.shape.purpose, metadata.purpose, 'x-amz-meta-purpose');
  const consentReceiptId = parseOrRefuse(CallRequest.shape.consentReceiptId, metadata.consent, 'x-amz-meta-consent');
  refuseSpeech(options);
  const { accountId, enrollmentId } = ids;
  return { accountId, enrollmentId, userAuthorized: true, options, purpose, consentReceiptId, reference };
};

/** The details of a call are its own fields. */
export const detailsOfCall = (call: CallRequest): RequestDetails => {
  const { accountId, enrollmentId, userAuthorized, options = {}, purpose, consentReceiptId, reference } = call;
  if (!call.capture) refuseSpeech(options);
  return { accountId, enrollmentId, userAuthorized, options, purpose, consentReceiptId, reference };
};

/** Refuses speech matching for media that exists: the phrase to speak is known only once the validation exists (assumed). */
export const refuseSpeech = (options: Options): void => {
  if (!options.subvalidations?.includes('speech_match')) return;
  throw new RequestInvalidError(
    'speech_match_needs_live_capture',
    'subvalidations: speech_match needs capture "live" in a call: its phrase is known only once the validation exists',
  );
};

const readOptions = (text: string | undefined): unknown => {
  if (text === undefined) return {};
  const refuse = (rule: string) => new RequestInvalidError('request_invalid', `x-amz-meta-options: ${rule}`);
  if (Buffer.byteLength(text) > MAX_OPTIONS_BYTES) throw refuse(`must be at most ${MAX_OPTIONS_BYTES} bytes`);
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('must be JSON');
  }
};
