import { describe, expect } from 'vitest';
import { handler } from '../../functions/check-enrollment.ts';
import { readReason } from '../../shared/domain/errors.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import {
  claimOf,
  context,
  errorOf,
  eventOf,
  inMinutes,
  newPerson,
  newRevalidationId,
  thrownBy,
} from '../support/journal.ts';
import { deadOrigin, type LocalAws, type Said, standIn } from '../support/local-aws.ts';
import { atStoppedTime } from '../support/stopped-time.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('CheckEnrollment', { truora: true });

test.beforeEach(({ aws }) => aws.putItem({ pk: 'GATE#truora' }));

const checking = (claim: Claim) => handler(eventOf('CheckEnrollment', { claim }), context);

/** A person with the scenario of that suffix in the sandbox. */
const enrolled = async (aws: LocalAws, suffix = '') => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  return claimOf(person);
};

/** Points the function at another server in place of Truora. */
const askingOf = async <Result>(
  aws: LocalAws,
  said: Said[],
  run: (asked: { path: string }[]) => Promise<Result>,
): Promise<Result> => {
  const { origin, asked, close } = await standIn(...said);
  process.env.TRUORA_ORIGIN = origin;
  if (said.includes('hang')) process.env.HTTP_DEADLINE_SECONDS = '1';
  try {
    return await run(asked);
  } finally {
    process.env.HTTP_DEADLINE_SECONDS = '10';
    process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    await close();
  }
};

test('finds a finished enrollment of the same account', async ({ aws }) => {
  const claim = await enrolled(aws);
  expect(await checking(claim)).toEqual({ enrollmentId: claim.enrollmentId, status: 'success' });
});

test('returns the same result again and writes nothing', async ({ aws }) => {
  const claim = await enrolled(aws);
  const first = await checking(claim);
  expect(await checking(claim)).toEqual(first);
  expect(aws.sandbox.counts()).toMatchObject({ creates: 0, charges: 0, uploads: 0 });
  expect(aws.writes()).toEqual([]);
});

test('accepts an enrollment that becomes ready during the wait', async ({ aws }) => {
  const claim = await enrolled(aws, '-enrollment-later');
  const pending = { name: 'EnrollmentPendingError', reason: 'enrollment_pending' };
  expect(await thrownBy(checking(claim))).toEqual(pending);
  expect(await thrownBy(checking(claim))).toEqual(pending);
  expect(await checking(claim)).toMatchObject({ status: 'success' });
});

describe('the other enrollments of the person', () => {
  const listed = (claim: Claim, ...rows: unknown[]): Said[] => [
    { status: 200, body: { enrollment_id: claim.enrollmentId, account_id: claim.accountId, status: 'SUCCESS' } },
    { status: 200, body: { enrollments: rows } },
  ];
  const row = ({ accountId }: Claim, enrollment_id: string, more: object = {}) => ({
    enrollment_id,
    account_id: accountId,
    status: 'success',
    ...more,
  });

  test('count before the charge when Truora lists finished ones', async ({ aws }) => {
    const claim = claimOf();
    aws.metrics.length = 0;
    const rows = [
      row(claim, claim.enrollmentId),
      row(claim, 'ENRa'),
      row(claim, 'ENRa'),
      row(claim, 'ENRb', { status: 'Success', reason: 7 }),
      row(claim, 'ENRc', { status: 'pending' }),
      row(claim, 'ENRd', { account_id: 'another-person' }),
      { nonsense: true },
      7,
    ];
    await askingOf(aws, listed(claim, ...rows), async (asked) => {
      expect(await checking(claim)).toEqual({
        enrollmentId: claim.enrollmentId,
        status: 'success',
        otherEnrollments: 2,
      });
      expect(asked.map(({ path }) => path)).toEqual([
        `/v1/enrollments/${claim.enrollmentId}`,
        `/v1/accounts/${claim.accountId}/enrollments`,
      ]);
    });
    expect(aws.metrics.filter(({ OtherEnrollments }) => OtherEnrollments)).toHaveLength(1);
  });

  test('do not exist when there is only one', async ({ aws }) => {
    const claim = claimOf();
    await askingOf(aws, listed(claim, row(claim, claim.enrollmentId)), async () => {
      expect(await checking(claim)).toEqual({ enrollmentId: claim.enrollmentId, status: 'success' });
    });
  });

  test.for<[string, Said]>([
    ['404', { status: 404 }],
    ['403', { status: 403 }],
    ['429', { status: 429, headers: { 'retry-after': '60' } }],
    ['503', { status: 503 }],
    ['a reset', 'reset'],
    ['silence', 'hang'],
    ['a web page', { status: 200, body: '<html>' }],
    ['null in its place', { status: 200, body: { enrollments: null } }],
  ])('cost no case when the list answers %s, and do not count as an error of Truora', async ([_, said], { aws }) => {
    const claim = claimOf();
    const [first] = listed(claim);
    aws.metrics.length = 0;
    await askingOf(aws, [first as Said, said], async () => {
      expect(await checking(claim)).toEqual({ enrollmentId: claim.enrollmentId, status: 'success' });
    });
    expect(aws.metrics.filter(({ TruoraErrors }) => TruoraErrors === 1)).toEqual([]);
    expect(await aws.item('GATE#truora')).not.toHaveProperty('notBefore');
  });
});

describe('throws by name', () => {
  test.for<[string, string, string]>([
    ['-enrollment-pending', 'EnrollmentPendingError', 'enrollment_pending'],
    ['-enrollment-failure', 'EnrollmentNotReadyError', 'enrollment_failed'],
    ['-enrollment-odd', 'EnrollmentNotReadyError', 'enrollment_not_ready'],
    ['-enrollment-unknown', 'EnrollmentNotReadyError', 'enrollment_unknown'],
    ['-enrollment-other', 'EnrollmentNotReadyError', 'enrollment_of_another_account'],
    ['-enrollment-down-2', 'TruoraUncertainError', 'truora_uncertain'],
  ])('%s: %s %s', async ([suffix, name, reason], { aws }) => {
    expect(await thrownBy(checking(await enrolled(aws, suffix)))).toEqual({ name, reason });
  });

  test.for<[string, string, string]>([
    ['failed', 'EnrollmentNotReadyError', 'enrollment_failed'],
    ['Expired', 'EnrollmentNotReadyError', 'enrollment_failed'],
    ['FAILURE', 'EnrollmentNotReadyError', 'enrollment_failed'],
    ['Processing', 'EnrollmentPendingError', 'enrollment_pending'],
    ['archived', 'EnrollmentNotReadyError', 'enrollment_not_ready'],
    ['constructor', 'EnrollmentNotReadyError', 'enrollment_not_ready'],
    ['No <b>', 'EnrollmentNotReadyError', 'enrollment_not_ready'],
  ])('for an enrollment that is %s: %s %s', async ([status, name, reason], { aws }) => {
    const claim = claimOf();
    const body = { enrollment_id: claim.enrollmentId, account_id: claim.accountId, status };
    await askingOf(aws, [{ status: 200, body }], async () => {
      const error = await errorOf(checking(claim));
      expect([error.name, readReason(error.message)?.reason]).toEqual([name, reason]);
      const word = reason === 'enrollment_not_ready' && /^[a-z_]+$/.test(status) ? status : undefined;
      expect(readReason(error.message)?.rawReason).toBe(word);
    });
  });

  test('for an enrollment that Truora does not know', async () => {
    expect(await thrownBy(checking(claimOf()))).toEqual({
      name: 'EnrollmentNotReadyError',
      reason: 'enrollment_unknown',
    });
  });

  test('for an account that differs, before it looks at the status', async ({ aws }) => {
    const claim = claimOf();
    const answer = { enrollment_id: claim.enrollmentId, account_id: 'another-person', status: 'pending' };
    expect(await askingOf(aws, [{ status: 200, body: answer }], () => thrownBy(checking(claim)))).toEqual({
      name: 'EnrollmentNotReadyError',
      reason: 'enrollment_of_another_account',
    });
  });

  test.for<[string, Said, string, string]>([
    ['400', { status: 400 }, 'EnrollmentNotReadyError', 'enrollment_unknown'],
    ['401', { status: 401 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['403', { status: 403 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['429', { status: 429, headers: { 'retry-after': '3' } }, 'TruoraBusyError', 'truora_rate_limited'],
    ['500', { status: 500 }, 'TruoraUncertainError', 'truora_uncertain'],
    ['a redirect', { status: 302, headers: { location: '/' } }, 'TruoraUncertainError', 'truora_uncertain'],
    ['a reset', 'reset', 'TruoraUncertainError', 'truora_uncertain'],
    ['silence', 'hang', 'TruoraUncertainError', 'truora_uncertain'],
    ['an answer cut off', 'cut off', 'TruoraUncertainError', 'truora_uncertain'],
    ['a web page', { status: 200, body: '<html>' }, 'TruoraContractError', 'truora_contract_broken'],
    ['an unknown word', { status: 200, body: { status: 'archived' } }, 'TruoraContractError', 'truora_contract_broken'],
    ['a megabyte', { status: 200, body: 'x'.repeat(1_000_000) }, 'TruoraContractError', 'truora_contract_broken'],
  ])('%s', async ([_, said, name, reason], { aws }) => {
    expect(await askingOf(aws, [said], () => thrownBy(checking(claimOf())))).toEqual({ name, reason });
  });

  test('when no server answers', async ({ aws }) => {
    process.env.TRUORA_ORIGIN = await deadOrigin();
    try {
      expect(await thrownBy(checking(claimOf()))).toEqual({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
    } finally {
      process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    }
  });
});

test('refuses the answer about another enrollment', async ({ aws }) => {
  const claim = claimOf();
  const answer = { enrollment_id: 'ENR-of-another', account_id: claim.accountId, status: 'success' };
  expect(await askingOf(aws, [{ status: 200, body: answer }], () => thrownBy(checking(claim)))).toEqual({
    name: 'TruoraContractError',
    reason: 'truora_contract_broken',
  });
});

test('calls Truora once, and leaves the retry to the machine', async ({ aws }) => {
  await askingOf(aws, [{ status: 503 }], async (asked) => {
    const claim = claimOf();
    await thrownBy(checking(claim));
    expect(asked.map(({ path }) => path)).toEqual([`/v1/enrollments/${claim.enrollmentId}`]);
  });
});

test('keeps person and key out of errors and log, for any failure', async ({ aws }) => {
  const claim = await enrolled(aws, '-enrollment-other');
  const { message, stack } = await errorOf(checking(claim));
  for (const secret of [claim.accountId, claim.enrollmentId, 'truora-key', 'another-person']) {
    expect(`${message} ${stack} ${aws.lines.join()}`).not.toContain(secret);
  }
});

describe('the throttle that all runs share', () => {
  const BUSY = { name: 'TruoraBusyError', reason: 'truora_rate_limited' };

  test('costs one read, eventually consistent, and stops every call while it is backing off', async ({ aws }) => {
    const claim = await enrolled(aws);
    await aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(1) });
    await askingOf(aws, [{ status: 404 }], async (asked) => {
      expect(await thrownBy(checking(claim))).toEqual(BUSY);
      expect(asked).toEqual([]);
    });
    await aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(-1), closed: 'nothing is paid for' });
    aws.calls.length = 0;
    expect(await checking(claim)).toMatchObject({ status: 'success' });
    const reads = aws.calls.filter(({ operation }) => operation === 'GetItem');
    expect(reads).toHaveLength(1);
    expect(reads[0]?.input).not.toHaveProperty('ConsistentRead');
  });

  test.for<[string, (now: number) => string, number]>([
    ['seconds', () => '40', 40],
    ['a date', (now) => new Date(now + 90_000).toUTCString(), 90],
  ])('makes all others back off after a 429 that asks for time in %s', async ([_, retryAfter, seconds], { aws }) => {
    await atStoppedTime(async (now) => {
      const said = { status: 429, headers: { 'retry-after': retryAfter(now) } };
      await askingOf(aws, [said], async () => expect(await thrownBy(checking(claimOf()))).toEqual(BUSY));
      const { notBefore } = (await aws.item('GATE#truora')) ?? {};
      expect(Date.parse(String(notBefore))).toBe(now + seconds * 1000);
    });
  });

  test('may fail to be written: the machine still retries after a 429', async ({ aws }) => {
    aws.setDelivery(({ operation }) => (operation === 'UpdateItem' ? 'lost' : 'through'));
    await askingOf(aws, [{ status: 429 }], async () => expect(await thrownBy(checking(claimOf()))).toEqual(BUSY));
    aws.setDelivery();
    expect(await aws.item('GATE#truora')).not.toHaveProperty('notBefore');
  });
});

describe('a retry of what only Truora knows', () => {
  const enrollment = ({ enrollmentId, accountId }: Claim): Said => ({
    status: 200,
    body: { enrollment_id: enrollmentId, account_id: accountId, status: 'success' },
  });
  const live = { details: { face_recognition_validations: { passive_liveness_status: 'failure' } } };
  const told = ({ accountId }: Claim, more: object): Said => ({
    status: 200,
    body: {
      validation_id: 'VLDtheirs',
      account_id: accountId,
      validation_status: 'failure',
      failure_status: 'declined',
      ...live,
      ...more,
    },
  });
  const retry = () =>
    claimOf({ requested: { subvalidations: ['passive_liveness', 'similarity'], retryOf: 'VLDtheirs' } });
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace('Z', '456789Z');

  test.for<[string, object]>([
    ['just now', { processing_finish_date: ago(200) }],
    ['at a time that Truora does not give', {}],
    ['in a way that says pending', { validation_status: 'pending' }],
    ['at a time that is none', { processing_finish_date: 'yesterday' }],
    ['at a time of another shape', { processing_finish_date: 7 }],
  ])('continues when it was declined %s', async ([_, more], { aws }) => {
    const claim = retry();
    await askingOf(aws, [enrollment(claim), told(claim, more)], async (asked) => {
      expect(await checking(claim)).toMatchObject({ status: 'success' });
      expect(asked.map(({ path }) => path)).toEqual([
        `/v1/enrollments/${claim.enrollmentId}`,
        '/v1/validations/VLDtheirs',
        `/v1/accounts/${claim.accountId}/enrollments`,
      ]);
    });
  });

  test.for<[string, object, string]>([
    ['another person’s', { account_id: 'another-person' }, 'retry_unknown'],
    ['pending', { validation_status: 'pending', failure_status: undefined }, 'retry_not_declined'],
    ['with an unknown word', { validation_status: 'new_word', failure_status: undefined }, 'retry_not_declined'],
    ['approved', { validation_status: 'success', failure_status: undefined }, 'retry_not_declined'],
    ['expired', { failure_status: 'expired' }, 'retry_not_declined'],
    ['broken', { failure_status: 'system_error' }, 'retry_not_declined'],
    ['failed without a word', { failure_status: undefined }, 'retry_not_declined'],
    ['too old', { processing_finish_date: ago(400) }, 'retry_too_late'],
  ])('fails by name when it is %s', async ([_, more, reason], { aws }) => {
    const claim = retry();
    await askingOf(aws, [enrollment(claim), told(claim, more)], async () => {
      expect(await thrownBy(checking(claim))).toEqual({ name: 'RequestInvalidError', reason });
    });
  });

  test.for([404, 400])('fails by name when Truora does not know it: %s', async (status, { aws }) => {
    const claim = retry();
    await askingOf(aws, [enrollment(claim), { status }], async () => {
      expect(await thrownBy(checking(claim))).toEqual({ name: 'RequestInvalidError', reason: 'retry_unknown' });
    });
  });

  test('runs again when Truora could not be called', async ({ aws }) => {
    const claim = retry();
    await askingOf(aws, [enrollment(claim), { status: 503 }], async () => {
      expect(await thrownBy(checking(claim))).toMatchObject({ name: 'TruoraUncertainError' });
    });
  });

  test('needs no check when it is one of ours, which was checked at the claim', async ({ aws }) => {
    const claim = { ...retry(), linkedTo: newRevalidationId() };
    await askingOf(aws, [enrollment(claim), { status: 404 }], async (asked) => {
      expect(await checking(claim)).toMatchObject({ status: 'success' });
      expect(asked.map(({ path }) => path)).not.toContain('/v1/validations/VLDtheirs');
    });
  });
});
