import { expect, test } from 'vitest';
import {
  alreadyDecided,
  claimedElsewhere,
  givenUp,
  moved,
  polling,
  requestInvalid,
  run,
  toTheEnd,
  verdictPending,
} from '../support/machine.ts';
import { approved, crashes, forever, isRung, type Script, throws, times } from '../support/scripted-machine.ts';

type Path = { path: string; script: Script; calls: string } & (
  | { output: Record<string, unknown> }
  | { error: string; cause: unknown }
);

const enrollmentPending = throws('EnrollmentPendingError', 'enrollment_pending');

const busRefused = throws('BusRefusedError', 'bus_refused');

const refusedFor = (reason: string) => ({ output: { status: 'refused', reason, decidedBy: 'workflow' } });

const paths: Path[] = [
  {
    path: 'a notification rings',
    script: { AwaitWebhook: isRung() },
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the poll alone',
    script: { ClaimRequest: polling },
    calls: `${moved}, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'no notification comes before the callback timeout, and the poll takes over',
    script: {},
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'a notification rings before the verdict is there',
    script: { AwaitWebhook: isRung(), ReadVerdict: times(2, verdictPending) },
    calls: `${moved}, AwaitWebhook, ReadVerdict x3, RecordOutcome`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the wait crashes for good, and the poll takes over',
    script: { AwaitWebhook: forever(crashes('Lambda.Unknown')) },
    calls: `${moved}, AwaitWebhook x6, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'poll' },
  },
  {
    path: 'Truora decides after twenty looks',
    script: { ClaimRequest: polling, ReadVerdict: times(20, verdictPending) },
    calls: `${moved}, ReadVerdict x21, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora is busy, uncertain and broken between two looks',
    script: {
      ClaimRequest: polling,
      ReadVerdict: [
        verdictPending,
        throws('TruoraBusyError', 'truora_rate_limited'),
        throws('TruoraUncertainError', 'truora_uncertain'),
        throws('TruoraContractError', 'truora_contract_broken'),
        verdictPending,
      ],
    },
    calls: `${moved}, ReadVerdict x6, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the request breaks a rule',
    script: { ClaimRequest: requestInvalid },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('consent_missing'),
  },
  {
    path: 'the media is unacceptable',
    script: { ClaimRequest: throws('MediaUnacceptableError', 'media_too_large') },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('media_too_large'),
  },
  {
    path: 'the media is gone before the claim',
    script: { ClaimRequest: throws('MediaGoneError', 'media_gone') },
    calls: 'ClaimRequest, RecordRefusal',
    ...refusedFor('media_gone'),
  },
  {
    path: 'the enrollment is not ready',
    script: { CheckEnrollment: throws('EnrollmentNotReadyError', 'enrollment_unknown') },
    calls: 'ClaimRequest, CheckEnrollment, RecordRefusal',
    ...refusedFor('enrollment_unknown'),
  },
  {
    path: 'the enrollment becomes ready at the fifth look',
    script: { ClaimRequest: polling, CheckEnrollment: times(4, enrollmentPending) },
    calls: `ClaimRequest, CheckEnrollment x5, CreateValidation, MoveMedia, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the enrollment stays pending',
    script: { CheckEnrollment: forever(enrollmentPending) },
    calls: 'ClaimRequest, CheckEnrollment x5, RecordRefusal',
    ...refusedFor('enrollment_pending'),
  },
  {
    path: 'the request was decided before',
    script: { ClaimRequest: alreadyDecided },
    calls: 'ClaimRequest, ReadOutcome',
    output: approved,
  },
  {
    path: 'another execution owns the claim, and decides it',
    script: { ClaimRequest: [...times(7, claimedElsewhere), alreadyDecided] },
    calls: 'ClaimRequest x8, ReadOutcome',
    output: approved,
  },
  {
    path: 'the request is canceled before anything was paid for',
    script: { CreateValidation: alreadyDecided },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, ReadOutcome',
    output: approved,
  },
  {
    path: 'the request is canceled while the media moves',
    script: { MoveMedia: alreadyDecided },
    calls: `${moved}, ReadOutcome`,
    output: approved,
  },
  {
    path: "the claim is another execution's when it comes to paying",
    script: { CreateValidation: claimedElsewhere },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('claimed_elsewhere'),
  },
  {
    path: 'a validation may have been created without our knowing',
    script: { CreateValidation: throws('CreationUnconfirmedError', 'creation_unconfirmed') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('creation_unconfirmed'),
  },
  {
    path: 'nothing more is to be spent',
    script: { CreateValidation: throws('SpendingRefusedError', 'daily_budget_spent') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordRefusal',
    output: { status: 'refused', reason: 'daily_budget_spent' },
  },
  {
    path: 'Truora refuses to create',
    script: { CreateValidation: throws('TruoraRejectedError', 'truora_rejected') },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation, RecordFailure',
    ...givenUp('truora_rejected'),
  },
  {
    path: 'Truora refuses our key when it is asked to create',
    script: { CreateValidation: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x2, RecordFailure',
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'another creation of the same person settles',
    script: {
      ClaimRequest: polling,
      CreateValidation: times(3, throws('CreationUnsettledError', 'creation_unsettled')),
    },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation x4, MoveMedia, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'another creation of the same person never settles',
    script: { CreateValidation: forever(throws('CreationUnsettledError', 'creation_unsettled')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x61, RecordFailure',
    ...givenUp('creation_unsettled'),
  },
  {
    path: 'Truora is too busy to create, for good',
    script: { CreateValidation: forever(throws('TruoraBusyError', 'truora_unreachable')) },
    calls: 'ClaimRequest, CheckEnrollment, CreateValidation x61, RecordFailure',
    ...givenUp('truora_unreachable'),
  },
  {
    path: 'Truora refuses our key when it is asked for the enrollment',
    script: { CheckEnrollment: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: 'ClaimRequest, CheckEnrollment x2, RecordFailure',
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'the upload is cut off at every try, and Truora itself says what became of it',
    script: { ClaimRequest: polling, MoveMedia: forever(throws('TruoraUncertainError', 'truora_uncertain')) },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia x31, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the upload link is spent, and Truora itself says what that means',
    script: { ClaimRequest: polling, MoveMedia: throws('UploadLinkSpentError', 'upload_link_spent') },
    calls: `${moved}, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'the upload link is spent, and a notification is waited for',
    script: { MoveMedia: throws('UploadLinkSpentError', 'upload_link_spent'), AwaitWebhook: isRung() },
    calls: `${moved}, AwaitWebhook, ${toTheEnd}`,
    output: { status: 'approved', decidedBy: 'webhook' },
  },
  {
    path: 'the upload link is unsafe',
    script: { MoveMedia: throws('UploadLinkUnsafeError', 'upload_link_unsafe') },
    calls: `${moved}, RecordFailure`,
    ...givenUp('upload_link_unsafe'),
  },
  {
    path: 'another execution decides what is about to be given up',
    script: { MoveMedia: throws('UploadLinkUnsafeError', 'upload_link_unsafe'), RecordFailure: alreadyDecided },
    calls: `${moved}, RecordFailure, ReadOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the media is gone after Truora was paid',
    script: { MoveMedia: throws('MediaGoneError', 'media_gone') },
    calls: `${moved}, RecordFailure`,
    ...givenUp('media_gone'),
  },
  {
    path: 'the upload is cut off twice',
    script: { ClaimRequest: polling, MoveMedia: times(2, throws('TruoraUncertainError', 'truora_uncertain')) },
    calls: `ClaimRequest, CheckEnrollment, CreateValidation, MoveMedia x3, ${toTheEnd}`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora refuses our key at every look',
    script: { ClaimRequest: polling, ReadVerdict: forever(throws('TruoraUnauthorizedError', 'truora_unauthorized')) },
    calls: `${moved}, ReadVerdict x401, RecordFailure`,
    ...givenUp('truora_unauthorized'),
  },
  {
    path: 'Truora does not know the validation yet',
    script: { ClaimRequest: polling, ReadVerdict: throws('TruoraRejectedError', 'truora_not_found') },
    calls: `${moved}, ReadVerdict x2, RecordOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'Truora cannot be asked before the deadline is over',
    script: {
      ClaimRequest: polling,
      ReadVerdict: [verdictPending, throws('VerdictUnreachableError', 'truora_unreachable_at_deadline')],
    },
    calls: `${moved}, ReadVerdict x2, RecordFailure`,
    ...givenUp('truora_unreachable_at_deadline'),
  },
  {
    path: 'the outcome cannot be recorded',
    script: { ClaimRequest: polling, RecordOutcome: forever(claimedElsewhere) },
    calls: `${moved}, ReadVerdict, RecordOutcome, RecordFailure`,
    ...givenUp('claimed_elsewhere'),
  },
  {
    path: 'the bus takes no outcome for minutes, and then the one that stands',
    script: { ClaimRequest: polling, RecordOutcome: forever(busRefused), RecordFailure: alreadyDecided },
    calls: `${moved}, ReadVerdict, RecordOutcome x9, RecordFailure, ReadOutcome`,
    output: { status: 'approved' },
  },
  {
    path: 'the bus takes nothing at all',
    script: { ClaimRequest: polling, RecordOutcome: forever(busRefused), RecordFailure: forever(busRefused) },
    calls: `${moved}, ReadVerdict, RecordOutcome x9, RecordFailure x9`,
    error: 'BusRefusedError',
    cause: expect.stringContaining('bus_refused'),
  },
  {
    path: 'not even the failure can be recorded',
    script: { MoveMedia: throws('MediaGoneError', 'media_gone'), RecordFailure: forever(claimedElsewhere) },
    calls: `${moved}, RecordFailure`,
    error: 'ClaimedElsewhereError',
    cause: expect.stringContaining('claimed_elsewhere'),
  },
];

test.concurrent.each(paths)('$path', async ({ script, calls, ...end }) => {
  const { execution, told } = await run(script);
  expect(told()).toBe(calls);
  if ('output' in end) {
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: end.output });
    expect(execution).not.toHaveProperty('error');
  } else {
    expect(execution).toMatchObject({ status: 'FAILED', error: end.error, cause: end.cause });
    expect(execution).not.toHaveProperty('output');
  }
});
