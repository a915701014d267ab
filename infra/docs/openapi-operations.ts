import { ErasureReason } from '../../shared/domain/erasure.ts';
import { AccountId, ConsentReceiptId, RevalidationId } from '../../shared/domain/ids.ts';
import { ListQuery } from '../../shared/domain/list-query.ts';
import { type ProblemCode, problems } from '../../shared/domain/problem.ts';
import { errorReasons } from '../../shared/domain/reasons.ts';
import { IdempotencyKeyHeader } from '../../shared/domain/request.ts';
import type { RouteName } from '../../shared/workflow/functions.ts';
import { campaignOperations } from './openapi-campaigns.ts';
import { captureOperations } from './openapi-capture.ts';
import { consoleOperations } from './openapi-console.ts';
import * as examples from './openapi-examples.ts';
import { bodyProblems, language, type Operation, type Parameter } from './openapi-operation.ts';

export const id: Parameter = {
  name: 'id',
  in: 'path',
  schema: RevalidationId,
  description: 'The id of the re-validation.',
};

/** The codes of a named error that the API answers with. */
const problemsOf = (name: keyof typeof errorReasons): ProblemCode[] => {
  const codes: readonly string[] = errorReasons[name];
  return codes.filter((code): code is ProblemCode => Object.hasOwn(problems, code));
};

/** What only other routes answer. */
const notOfStart =
  'signature_invalid already_decided consent_text_unknown consent_receipt_unknown not_ended legal_hold capture_link_invalid nothing_to_record campaign_unknown campaign_state manifest_gone manifest_changed manifest_too_large plan_outlives_media'.split(
    ' ',
  );

const listParameters: Record<keyof typeof ListQuery.shape, string> = {
  status: 'Only cases of this status.',
  since: 'Only cases that were claimed at this time or later.',
  until: 'Only cases that were claimed before this time.',
  limit: 'The most entries of a page. A page with a cursor may have fewer, or none.',
  cursor: 'The cursor of the previous page, with the same other parameters.',
};

/** The input, answers and problems of each route. A route without an entry does not compile. */
export const operations: Record<RouteName, Operation> = {
  StartRevalidation: {
    summary: 'Request a re-validation',
    description:
      'With `upload`, the answer has a form, and the upload starts the case. With `media`, the case starts at once, on an object under `media/`. With `capture`, the media is made on the capture page, which `captureUrl` opens; `live` is for speech. Without `userAuthorized` the page asks the person first.',
    parameters: [
      language,
      {
        name: 'Idempotency-Key',
        in: 'header',
        schema: IdempotencyKeyHeader,
        description:
          'In quotes (as in the IETF draft) or without. The same key with the same body is the same re-validation for 90 days, or as long as records are kept if that is shorter. Keys belong to their caller.',
      },
    ],
    body: {
      TicketBody: examples.ticketBody,
      CaptureBody: examples.captureBody,
      StartBody: examples.startBody,
    },
    answers: {
      200: {
        description: 'It was claimed before.',
        views: { Started: examples.approved, PersonStarted: examples.declinedForPerson },
        headers: ['Location', 'Retry-After'],
      },
      202: {
        description: 'It is accepted.',
        views: { Started: examples.ticket, PersonStarted: examples.ticketForPerson },
        headers: ['Location', 'Retry-After'],
      },
    },
    problems: [
      ...problemsOf('CallRefusedError').filter((code) => !notOfStart.includes(code)),
      ...problemsOf('RequestInvalidError'),
      ...problemsOf('MediaUnacceptableError'),
      'media_gone',
      'claimed_elsewhere',
    ],
  },
  ReadRevalidation: {
    summary: 'Read a re-validation',
    description: 'Its status, and after its end its outcome.',
    parameters: [id, language],
    answers: {
      200: {
        description: 'The current state.',
        views: { Revalidation: examples.approved, PersonRevalidation: examples.declinedForPerson },
        headers: ['Retry-After'],
      },
    },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown'],
  },
  ListRevalidations: {
    summary: 'List the re-validations of a person',
    description: 'Claimed cases only, newest first.',
    parameters: [
      language,
      { name: 'accountId', in: 'path', schema: AccountId, description: 'The person.' },
      ...Object.entries(listParameters).map(([name, description]) => ({
        name,
        in: 'query' as const,
        schema: ListQuery.shape[name as keyof typeof listParameters],
        description,
      })),
    ],
    answers: {
      200: {
        description: 'A page.',
        views: { RevalidationPage: examples.page, PersonPage: { revalidations: [examples.declinedForPerson] } },
      },
    },
    problems: ['subject_missing', 'account_forbidden', 'request_invalid'],
  },
  CancelRevalidation: {
    summary: 'Cancel a re-validation',
    description: 'If nothing is decided yet. Truora still charges what it has begun.',
    parameters: [id, language],
    answers: {
      200: {
        description: 'It is canceled.',
        views: { Revalidation: examples.canceled, PersonRevalidation: examples.canceledForPerson },
      },
    },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown', 'already_decided'],
  },
  EraseAccount: {
    summary: 'Erase a person',
    description:
      'Stops open cases and deletes what is held about the person, here and at Truora. The same call later gives the certificate, an SD-JWT that the command `verify` checks. The account id is refused from then on. Not for a token of one account.',
    parameters: [
      { name: 'accountId', in: 'path', schema: AccountId, description: 'The person.' },
      {
        name: 'reason',
        in: 'query',
        schema: ErasureReason,
        description: 'Why, in one word; the certificate shows it.',
      },
    ],
    answers: {
      200: { description: 'The person is erased.', schema: 'ErasureAnswer', example: examples.erased },
      202: { description: 'The erasure goes on.', schema: 'ErasureAnswer', example: examples.erasing },
    },
    problems: ['subject_missing', 'account_forbidden', 'legal_hold', 'request_invalid'],
  },
  ChooseAlternative: {
    summary: 'Take another way',
    description:
      'The person takes another way than the face. If nothing is decided yet, the case ends as `alternative_required`, and its event names the other way.',
    parameters: [id, language],
    answers: {
      200: {
        description: 'The face is no longer used.',
        views: { Revalidation: examples.otherWay, PersonRevalidation: examples.otherWayForPerson },
      },
    },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown', 'already_decided'],
  },
  GiveConsent: {
    summary: 'Record a consent',
    description:
      'Records that a person agreed to a text of the deployment, and gives the receipt. The same body gives the same receipt.',
    body: { ConsentBody: examples.consentBody },
    answers: { 200: { description: 'The receipt.', schema: 'ConsentReceipt', example: examples.consentReceipt } },
    problems: [...bodyProblems, 'subject_missing', 'account_forbidden', 'consent_text_unknown'],
  },
  RevokeConsent: {
    summary: 'Revoke a consent',
    description:
      'From then on nothing is paid for or sent under it. Each open case under it ends as `alternative_required`, and its media is deleted.',
    parameters: [{ name: 'id', in: 'path', schema: ConsentReceiptId, description: 'The id of the receipt.' }],
    answers: { 200: { description: 'It is revoked.', schema: 'ConsentReceipt', example: examples.revokedConsent } },
    problems: ['subject_missing', 'account_forbidden', 'consent_receipt_unknown'],
  },
  ListConsents: {
    summary: 'List the consents of a person',
    description: 'All receipts, newest first, also those that were revoked.',
    parameters: [{ name: 'accountId', in: 'path', schema: AccountId, description: 'The person.' }],
    answers: {
      200: { description: 'The receipts.', schema: 'ConsentList', example: { consents: [examples.consentReceipt] } },
    },
    problems: ['subject_missing', 'account_forbidden', 'request_invalid'],
  },
  ...captureOperations,
  ReadEvidence: {
    summary: 'Read the evidence of an ended re-validation',
    description:
      'A signed record for auditors: an SD-JWT (RFC 9901, ES256). The command `verify` checks it without a network. Not for a token of one account.',
    parameters: [id],
    answers: {
      200: {
        description: 'The evidence in its newest version.',
        type: 'application/sd-jwt',
        schema: 'Evidence',
        example: examples.evidence,
      },
    },
    problems: ['subject_missing', 'account_forbidden', 'revalidation_unknown', 'not_ended', 'account_erased'],
  },
  ReadJwks: {
    summary: 'Read the keys of evidence',
    description: 'The public keys: the one that signs, and older ones. An answer may be kept for five minutes.',
    answers: { 200: { description: 'The keys, as a JWKS (RFC 7517).', schema: 'Jwks', example: examples.jwks } },
    problems: [],
  },
  ...consoleOperations,
  ...campaignOperations,
  ReceiveWebhook: {
    summary: 'Receive a webhook of Truora',
    description: 'The body is a JWT that is signed with the key of the rule. Only Truora calls this.',
    answers: { 200: { description: 'Accepted.' } },
    problems: ['signature_invalid'],
  },
};
