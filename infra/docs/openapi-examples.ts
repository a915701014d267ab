import type * as z from 'zod/mini';
import type { Revalidation, RevalidationPage, StartBody, Started, TicketBody } from '../../shared/domain/api.ts';
import type { CaptureBody } from '../../shared/domain/capture.ts';
import { type ConsentBody, type ConsentReceipt, receiptOf } from '../../shared/domain/consent.ts';
import { defined } from '../../shared/domain/defined.ts';
import type { ErasureAnswer } from '../../shared/domain/erasure.ts';
import { type PersonProblem, personProblemOf, personViewOf } from '../../shared/domain/person-view.ts';
import { type Problem, type ProblemCode, problems, typeOf } from '../../shared/domain/problem.ts';
import { type Jwks, thumbprintOf } from '../../shared/evidence/jwks.ts';

const revalidationId = 'RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978';

const person = { accountId: 'ana', enrollmentId: 'ENR0123456789abcdef0123456789abcdef' };

const calledBy = 'iam:arn:aws:sts::111122223333:assumed-role/Onboarding';

const claimedAt = '2026-11-23T10:00:00.000Z';

export const ticketBody: TicketBody = {
  ...person,
  userAuthorized: true,
  upload: { type: 'image/jpeg' },
  options: { threshold: 0.8 },
  reference: 'case 7',
};

export const captureBody: CaptureBody = {
  ...person,
  capture: 'live',
  country: 'CO',
  options: { subvalidations: ['similarity', 'passive_liveness', 'speech_match'], minimumPrecision: 'high' },
  purpose: 'transfer',
};

export const startBody: StartBody = { ...person, userAuthorized: true, media: { key: 'media/clip.mp4' } };

export const ticket: Started = {
  revalidationId,
  status: 'pending',
  phase: 'awaiting_upload',
  ...person,
  reference: 'case 7',
  requested: { threshold: 0.8 },
  calledBy,
  upload: {
    url: 'https://example-bucket.s3.us-east-1.amazonaws.com/',
    fields: {
      'Content-Type': 'image/jpeg',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'EXAMPLE-KEY-ID/20261123/us-east-1/s3/aws4_request',
      'X-Amz-Date': '20261123T100000Z',
      'X-Amz-Signature': '0000000000000000000000000000000000000000000000000000000000000000',
      Policy: 'e30=',
      key: `inbox/${person.accountId}/${person.enrollmentId}/${revalidationId}.jpg`,
    },
    expiresAt: '2026-11-23T10:05:00.000Z',
  },
};

const base = {
  revalidationId,
  ...person,
  reference: 'case 7',
  requested: { threshold: 0.8, subvalidations: ['similarity'] as Array<'similarity'> },
  calledBy,
  claimedAt,
} as const;

const decidedAt = '2026-11-23T10:00:07.000Z';

const end = { revalidationId, decidedBy: 'webhook', decidedAt } as const;

export const approved: Revalidation = {
  ...base,
  status: 'approved',
  phase: 'approved',
  validationId: 'VLD0123456789abcdef0123456789abcdef',
  outcome: {
    revalidationId,
    status: 'approved',
    ...person,
    reference: 'case 7',
    similarity: 0.97,
    threshold: 0.8,
    decidedBy: 'webhook',
    claimedAt,
    decidedAt,
  },
};

export const canceled: Revalidation = {
  ...base,
  status: 'canceled',
  phase: 'canceled',
  canceledBy: calledBy,
  outcome: {
    revalidationId,
    status: 'canceled',
    reason: 'canceled_by_caller',
    ...person,
    decidedBy: 'caller',
    decidedAt,
  },
};

export const otherWay: Revalidation = {
  ...base,
  status: 'alternative_required',
  phase: 'alternative_required',
  endedBy: calledBy,
  outcome: {
    revalidationId,
    status: 'alternative_required',
    reason: 'alternative_chosen',
    alternative: { text: 'visit a branch' },
    ...person,
    decidedBy: 'caller',
    decidedAt,
  },
};

export const consentBody: ConsentBody = {
  accountId: person.accountId,
  purpose: 'transfer',
  country: 'CO',
  language: 'es',
  textVersion: '1',
  channel: 'app',
  method: 'checkbox',
  optionalStated: true,
  alternativeOffered: true,
  givenAt: '2026-11-23T09:59:00.000Z',
  validUntil: '2027-11-23T09:59:00.000Z',
};

export const consentReceipt: ConsentReceipt = receiptOf(consentBody, '0'.repeat(64), {
  recordedAt: '2026-11-23T09:59:01.000Z',
  recordedBy: calledBy,
});

export const revokedConsent: ConsentReceipt = { ...consentReceipt, revokedAt: decidedAt, revokedBy: calledBy };

const reader = { language: 'en', alternative: { text: 'visit a branch' } } as const;

export const declinedForPerson = personViewOf(
  { revalidationId, status: 'declined', outcome: { ...end, status: 'declined', reason: 'no_face_detected' } },
  reader,
);

export const canceledForPerson = personViewOf(canceled, reader);

export const otherWayForPerson = personViewOf(otherWay, reader);

export const ticketForPerson = { ...personViewOf(ticket, reader), upload: ticket.upload };

export const page: z.infer<typeof RevalidationPage> = {
  revalidations: [approved],
  cursor: 'eyJyZXZhbGlkYXRpb25JZCI6Ii4uLiJ9',
};

const counts = {
  records: 2,
  canceled: 0,
  tickets: 1,
  idempotencyKeys: 1,
  consents: 0,
  others: 0,
  media: 3,
  evidence: 2,
  enrollments: 1,
};

const erasure = { person: 'c0ffee'.repeat(10).slice(0, 56).padEnd(64, '0'), requestedAt: claimedAt };

export const erasing: ErasureAnswer = {
  status: 'erasing',
  ...erasure,
  nextAt: '2026-11-23T10:03:00.000Z',
  enrollmentsLeft: 1,
  erased: { ...counts, tickets: 0, idempotencyKeys: 0, enrollments: 0 },
};

export const erased: ErasureAnswer = {
  status: 'erased',
  ...erasure,
  finishedAt: '2026-11-23T10:05:00.000Z',
  enrollmentsLeft: 0,
  erased: counts,
  certificate: 'HEADER.CLAIMS.SIGNATURE~',
};

/** The public key of RFC 7515, appendix A.3. */
const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
} as const;

export const jwks: Jwks = { keys: [{ ...publicKey, kid: thumbprintOf(publicKey), alg: 'ES256', use: 'sig' }] };

/** The form of evidence, in few characters: header, claims and signature, then each disclosure. */
export const evidence = 'HEADER.CLAIMS.SIGNATURE~DISCLOSURE~';

/** A problem document as the functions write it. */
export const problemWith = (code: ProblemCode): Problem => {
  const error = { path: 'options.threshold', code: 'out_of_range', detail: 'must be 0 to 1' } as const;
  const isInvalid = code === 'request_invalid';
  return defined({
    type: typeOf(code, 'https://github.com/OWNER/REPOSITORY/blob/main'),
    title: problems[code].title,
    status: problems[code].status,
    code,
    detail: isInvalid ? `${error.path}: ${error.detail}` : undefined,
    errors: isInvalid ? [error] : undefined,
  });
};

/** The same problem as a person gets it. */
export const personProblemWith = (code: ProblemCode): Problem | PersonProblem =>
  personProblemOf(problemWith(code), reader);
