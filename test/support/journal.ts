import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { readReason } from '../../shared/domain/errors.ts';
import type { CallRequest, RevalidationRequest } from '../../shared/domain/request.ts';
import type { Caught, Claim, Media } from '../../shared/domain/revalidation.ts';
import { type Journal, type StepName, steps } from '../../shared/workflow/contract.ts';

/** Nothing of it is ever read; Lambda hands one over all the same. */
export const context = {
  functionName: 'test',
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** The bucket of every test; its name in the template does not matter here. */
export const BUCKET = 'face-media';

export const EVIDENCE_BUCKET = 'face-evidence';

export const ERASURE_BUCKET = 'face-erasures';

/** The ARN of an execution, as the holder of a claim is recorded. */
export const executionOf = (name: string): string =>
  `arn:aws:states:us-east-1:000000000000:execution:Revalidation:${name}`;

const EXECUTION = executionOf('first');

let people = 0;

/** A person that no other test of this process knows. The suffix tells the sandbox what happens to them. */
export const newPerson = (suffix = ''): { accountId: string; enrollmentId: string } => {
  people += 1;
  return {
    accountId: `person${people}${suffix}`,
    enrollmentId: `ENR${people.toString(16).padStart(8, '0')}${randomBytes(12).toString('hex')}`,
  };
};

export const newRevalidationId = (): string => `RVL${randomBytes(16).toString('hex')}`;

export const newValidationId = (): string => `VLD${randomBytes(16).toString('hex')}`;

/** Minutes from now, as a journal writes it. */
export const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** A claim of media that exists. */
export type MediaClaim = Claim & { media: Media };

export const claimOf = ({ media, ...overrides }: Partial<Claim> = {}): MediaClaim => {
  const { accountId, enrollmentId } = newPerson();
  return {
    revalidationId: newRevalidationId(),
    accountId,
    enrollmentId,
    userAuthorized: true,
    media: media ?? {
      bucket: BUCKET,
      key: `inbox/${overrides.accountId ?? accountId}/${overrides.enrollmentId ?? enrollmentId}/selfie.jpg`,
      versionId: 'version-1',
      etag: 'd41d8cd98f00b204e9800998ecf8427e',
      bytes: 4,
      type: 'image/jpeg',
    },
    requested: { threshold: 0.7 },
    resultMode: 'callback',
    reference: 'case-7',
    claimedAt: new Date().toISOString(),
    ...overrides,
  };
};

type DropRequest = Extract<RevalidationRequest, { kind: 'drop' }>;

/** The request of a drop of a person. */
export const dropOf = (object: { key: string; etag: string; versionId?: string }, bucket = BUCKET): DropRequest => ({
  kind: 'drop',
  event: {
    source: 'aws.s3',
    detail: {
      bucket: { name: bucket },
      object: {
        key: object.key,
        etag: object.etag,
        ...(object.versionId ? { 'version-id': object.versionId } : {}),
      },
    },
  },
});

export const callOf = (overrides: Partial<CallRequest> = {}): CallRequest => ({
  kind: 'call',
  ...newPerson(),
  userAuthorized: true,
  media: { key: 'media/selfie.jpg' },
  ...overrides,
});

/** The entries of a good day; the rest is only ever left by a Catch or by the end. */
type Day = 'request' | 'claim' | 'enrollment' | 'validation' | 'receipt' | 'notification' | 'verdict';

type Told = Pick<Journal, Exclude<Day, 'claim'>> & { claim: MediaClaim } & Partial<Omit<Journal, Day>>;

/** A journal of a good day. What an override says of the claim, the other entries follow. */
export const journalOf = (overrides: Partial<Journal> = {}): Told => {
  const claim = claimOf(overrides.claim);
  const { media, enrollmentId } = claim;
  const { key, etag, versionId } = media;
  const now = new Date().toISOString();
  return {
    request: dropOf({ key, etag, ...(versionId ? { versionId } : {}) }, media.bucket),
    enrollment: { enrollmentId, status: 'success' },
    validation: { validationId: newValidationId(), deadline: inMinutes(5), threshold: 0.7 },
    receipt: { bytes: media.bytes, sha256: sha256('selfie'), movedAt: now },
    notification: { receivedAt: now },
    verdict: { status: 'approved', similarity: 0.97, threshold: 0.7, decidedAt: now },
    ...overrides,
    claim,
  };
};

/** The Lambda event of a step, after the trip through JSON that Step Functions takes it on. */
export const eventOf = (
  step: StepName,
  journal: Partial<Journal>,
  { executionId = EXECUTION, taskToken = 'token' }: { executionId?: string; taskToken?: string } = {},
): unknown => JSON.parse(JSON.stringify({ executionId, journal, ...('token' in steps[step] ? { taskToken } : {}) }));

/** What a Catch leaves of an error that a Lambda threw. */
export const caughtOf = (name: string, message: string): Caught => ({
  Error: name,
  Cause: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }),
});

/** What the machine decides by when a call fails: the error's name and its reason. */
export const thrownBy = async (call: Promise<unknown>): Promise<{ name: string; reason: string | undefined }> => {
  const error = await errorOf(call);
  return { name: error.name, reason: readReason(error.message)?.reason };
};

/** The error itself, where a test looks at more of it. */
export const errorOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    (answer) => {
      throw new TypeError(`nothing was thrown, but this returned: ${JSON.stringify(answer)}`);
    },
    (error: Error) => error,
  );

/** What is known of a creation whose answer came. */
export const answered = ({ validationId }: { validationId: string }) => ({
  attempt: { n: 1, at: '2026-11-23T12:00:00.000Z', result: 'created' as const, validationId },
  orphans: [],
});

export const UPLOAD_LINK = 'https://files.truora.com/u/secret?Expires=4102444800&Signature=canary';

/** What Truora's create answer leaves of a validation. */
export const createdAs = <Of extends object>(validation: Of, uploadLink = UPLOAD_LINK) => ({
  ...validation,
  uploadLink,
});
