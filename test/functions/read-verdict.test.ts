import { describe, expect, vi } from 'vitest';
import { handler } from '../../functions/read-verdict.ts';
import { declinedReasons, expiredReasons } from '../../shared/domain/reasons.ts';
import type { Claim, Validation, Verdict } from '../../shared/domain/revalidation.ts';
import {
  claimOf,
  context,
  errorOf,
  eventOf,
  inMinutes,
  newPerson,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';
import { deadOrigin, type Line, type LocalAws, standIn } from '../support/local-aws.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const PENDING = { name: 'VerdictPendingError', reason: 'verdict_pending' };

const UNREACHABLE = { name: 'VerdictUnreachableError', reason: 'truora_unreachable_at_deadline' };

const test = withLocalAws('ReadVerdict', { truora: true });

test.beforeEach(({ aws }) => aws.putItem({ pk: 'GATE#truora' }));

const closers: (() => Promise<void>)[] = [];

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  for (const close of closers.splice(0)) await close();
});

type Case = { claim: Claim; validation: Validation };

const reading = ({ claim, validation }: Case): Promise<Verdict> =>
  handler(eventOf('ReadVerdict', { claim, validation }), context);

const existing = (more: Partial<Case> = {}): Case => ({
  claim: claimOf({ requested: { threshold: 0.6 } }),
  validation: { validationId: newValidationId(), deadline: inMinutes(5), threshold: 0.65 },
  ...more,
});

/** The deadline was a while ago; the grace is half a minute. */
const past = (seconds: number): Case =>
  existing({
    validation: { validationId: newValidationId(), deadline: new Date(Date.now() - seconds * 1000).toISOString() },
  });

const scripted = async (...script: Line[]) => {
  const truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
  closers.push(truora.close);
  if (script.includes('hang')) process.env.HTTP_DEADLINE_SECONDS = '1';
  return truora;
};

const says = ({ claim, validation }: Case, more: object = {}): Line => ({
  status: 200,
  body: {
    validation_id: validation.validationId,
    account_id: claim.accountId,
    validation_status: 'success',
    threshold: 0.65,
    details: {
      face_recognition_validations: {
        enrollment_id: claim.enrollmentId,
        similarity_status: 'success',
        confidence_score: 0.97,
      },
    },
    ...more,
  },
});

const pending = { validation_status: 'pending', details: undefined };

/** A validation at the sandbox, and the way to upload its media. */
const created = async (aws: LocalAws, suffix = '') => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const answer = await fetch(`${aws.sandbox.origin}/v1/validations`, {
    method: 'POST',
    headers: { 'truora-api-key': 'key' },
    body: new URLSearchParams({ type: 'face-recognition', user_authorized: 'true', account_id: person.accountId }),
  });
  const { validation_id, instructions } = (await answer.json()) as {
    validation_id: string;
    instructions: { file_upload_link: string };
  };
  const one = existing({
    claim: claimOf({ ...person, requested: {} }),
    validation: { validationId: validation_id, deadline: inMinutes(5) },
  });
  return { ...one, upload: () => fetch(instructions.file_upload_link, { method: 'PUT', body: 'selfie' }) };
};

/** Looks again while Truora has not decided, as the machine does. */
const looked = async (one: Case): Promise<Verdict> => {
  for (;;) {
    const verdict = await reading(one).catch((error: Error) => {
      if (error.name !== 'VerdictPendingError') throw error;
    });
    if (verdict) return verdict;
  }
};

describe('a case that a caller has ended meanwhile', () => {
  test.for(['canceled', 'alternative_required'] as const)(
    'waits for no verdict once it is %s',
    async (phase, { aws }) => {
      const one = existing();
      const { revalidationId } = one.claim;
      await scripted(says(one, pending));
      await aws.putItem({ pk: `RUN#${revalidationId}`, phase });
      expect(await thrownBy(reading(one))).toEqual({ name: 'AlreadyDecidedError', reason: 'already_decided' });
      const later = Math.ceil(Date.now() / 1000) + 60;
      await aws.putItem({ pk: `RUN#${revalidationId}`, phase, expiresAt: later });
      expect(await thrownBy(reading(one))).toMatchObject({ reason: 'already_decided' });
      const waiting = [{ phase: 'moved' }, { phase: 'a word of a later version' }, { phase, expiresAt: 1 }];
      for (const open of waiting) {
        await aws.putItem({ pk: `RUN#${revalidationId}`, ...open });
        expect(await thrownBy(reading(one))).toEqual(PENDING);
      }
    },
  );
});

describe('a verdict', () => {
  test('stays pending until Truora has decided, and then does not change', async ({ aws }) => {
    const one = await created(aws);
    expect(await thrownBy(reading(one))).toEqual(PENDING);
    await one.upload();
    const verdict = await looked(one);
    expect(verdict).toEqual({
      status: 'approved',
      similarity: 0.97,
      threshold: 0.65,
      decidedAt: expect.stringMatching(/Z$/),
    });
    const { decidedAt: _, ...again } = await reading(one);
    expect({ ...again, decidedAt: verdict.decidedAt }).toEqual(verdict);
  });

  test.for<[string, object]>([
    ['-declined', { status: 'declined', reason: 'similarity_threshold_not_passed' }],
    ['-declined-new', { status: 'declined', reason: 'unknown_reason', rawReason: 'brand_new_reason' }],
    ['-system-error', { status: 'failed', reason: 'system_error' }],
    ['-pending-declined', { status: 'declined', reason: 'similarity_threshold_not_passed' }],
    ['-other-account', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['account_id'] }],
    ['-other-validation', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['validation_id'] }],
    ['-other-enrollment', { status: 'failed', reason: 'verdict_of_another_enrollment', mismatch: ['enrollment_id'] }],
    ['-percent', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['threshold', 'similarity'] }],
    ['-declined-text', { status: 'declined', reason: 'similarity_threshold_not_passed' }],
    ['-capitals', { status: 'approved', similarity: 0.97 }],
    ['-no-similarity', { status: 'failed', reason: 'verdict_unconfirmed' }],
    ['-similarity-in-details', { status: 'approved', similarity: 0.97 }],
    ['-weak-similarity', { status: 'failed', reason: 'verdict_mismatch', mismatch: ['similarity'] }],
    ['-match', { status: 'approved', similarity: 1 }],
    ['-processing', { status: 'approved' }],
    ...declinedReasons.map((reason): [string, object] => [`-declined-${reason}`, { status: 'declined', reason }]),
    ...expiredReasons.map((reason): [string, object] => [`-expired-${reason}`, { status: 'expired', reason }]),
  ])('%s follows the answer of Truora', async ([suffix, verdict], { aws }) => {
    const one = await created(aws, suffix);
    await one.upload();
    expect(await looked(one)).toMatchObject(verdict);
  });

  test('that was measured against less than was requested is none', async () => {
    const one = existing({ claim: claimOf({ requested: { threshold: 0.9 } }) });
    await scripted(says(one));
    expect(await reading(one)).toMatchObject({ status: 'failed', reason: 'verdict_mismatch', mismatch: ['threshold'] });
  });

  test('needs one call with our key, and no write', async ({ aws }) => {
    const one = existing();
    const { asked } = await scripted(says(one, pending));
    await thrownBy(reading(one));
    expect(asked.map(({ method, path, headers }) => [method, path, headers['truora-api-key']])).toEqual([
      ['GET', `/v1/validations/${one.validation.validationId}`, 'truora-key'],
    ]);
    expect(aws.writes()).toEqual([]);
  });
});

describe('a success without a similarity', () => {
  const silent = { details: undefined };
  const unconfirmed = { status: 'failed', reason: 'verdict_unconfirmed' };

  test('causes a second read with its details, which decide', async () => {
    const one = existing();
    const { asked } = await scripted(says(one, silent), says(one));
    expect(await reading(one)).toMatchObject({ status: 'approved', similarity: 0.97 });
    const path = `/v1/validations/${one.validation.validationId}`;
    expect(asked.map((call) => call.path)).toEqual([path, `${path}?show_details=true`]);
  });

  test.each<[string, object, object]>([
    ['nothing more', silent, unconfirmed],
    ['that it is pending', pending, unconfirmed],
    ['a decline', { failure_status: 'declined' }, { status: 'declined' }],
    ['what contradicts', { threshold: 0.1 }, { reason: 'verdict_mismatch' }],
  ])('ends with the result of the second read: %s', async (_, second, verdict) => {
    const one = existing();
    await scripted(says(one, silent), says(one, second));
    expect(await reading(one)).toMatchObject(verdict);
  });

  test('leads to a later read when the second read gets no answer, and to the end when Truora refuses it', async () => {
    const one = existing();
    await scripted(says(one, silent), { status: 503 });
    expect(await thrownBy(reading(one))).toEqual({ name: 'TruoraUncertainError', reason: 'truora_uncertain' });
    await scripted(says(one, silent), { status: 400 });
    expect(await reading(one)).toMatchObject(unconfirmed);
  });

  test('ends after the deadline, for any result of the second read', async () => {
    const one = past(60);
    await scripted(says(one, silent), { status: 503 });
    expect(await reading(one)).toMatchObject(unconfirmed);
  });
});

describe('before the deadline and its grace are over', () => {
  test.each<[string, Line, string, string]>([
    ['429', { status: 429 }, 'TruoraBusyError', 'truora_rate_limited'],
    ['500', { status: 500 }, 'TruoraUncertainError', 'truora_uncertain'],
    ['silence', 'hang', 'TruoraUncertainError', 'truora_uncertain'],
    ['a reset', 'reset', 'TruoraUncertainError', 'truora_uncertain'],
    ['an answer cut off', 'cut off', 'TruoraUncertainError', 'truora_uncertain'],
    ['half a JSON', { status: 200, body: '{"valid' }, 'TruoraContractError', 'truora_contract_broken'],
    ['a megabyte', { status: 200, body: 'x'.repeat(1_000_000) }, 'TruoraContractError', 'truora_contract_broken'],
    ['401', { status: 401 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['404', { status: 404 }, 'TruoraRejectedError', 'truora_not_found'],
    ['400', { status: 400 }, 'TruoraRejectedError', 'truora_rejected'],
  ])('%s throws by name', async (_, said, name, reason) => {
    await scripted(said);
    expect(await thrownBy(reading(past(5)))).toEqual({ name, reason });
  });

  test('a missing server throws by name', async () => {
    process.env.TRUORA_ORIGIN = await deadOrigin();
    expect(await thrownBy(reading(existing()))).toEqual({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
  });

  test.each(['pending', 'processing', 'a_new_word', 'success_maybe'])('the status %s is read again', async (word) => {
    const one = existing();
    await scripted(says(one, { validation_status: word }));
    expect(await thrownBy(reading(one))).toEqual(PENDING);
  });

  test('a pending status within the grace is read again', async () => {
    const one = past(5);
    await scripted(says(one, pending));
    expect(await thrownBy(reading(one))).toEqual(PENDING);
  });
});

describe('after the deadline and its grace', () => {
  test('a verdict still counts', async () => {
    const one = past(60);
    await scripted(says(one));
    expect(await reading(one)).toMatchObject({ status: 'approved' });
  });

  test.each([
    ['pending', {}],
    ['processing', {}],
    ['a_new_word', { rawReason: 'a_new_word' }],
    ['No Word <b>', {}],
  ])('the status %s is undecided for ever, and is kept if it is unknown', async (word, kept) => {
    const one = past(60);
    await scripted(says(one, { validation_status: word, details: undefined }));
    expect(await reading(one)).toEqual({
      status: 'expired',
      reason: 'undecided_at_deadline',
      ...kept,
      decidedAt: expect.stringMatching(/Z$/),
    });
  });

  test.each<[string, Line]>([
    ['429', { status: 429 }],
    ['503', { status: 503 }],
    ['silence', 'hang'],
    ['half a JSON', { status: 200, body: '{' }],
  ])('%s ends the wait', async (_, said) => {
    await scripted(said);
    expect(await thrownBy(reading(past(60)))).toEqual(UNREACHABLE);
  });

  test('a missing server ends the wait', async () => {
    process.env.TRUORA_ORIGIN = await deadOrigin();
    expect(await thrownBy(reading(past(60)))).toEqual(UNREACHABLE);
  });

  test.each<[string, Line, string]>([
    ['401', { status: 401 }, 'truora_unauthorized'],
    ['404', { status: 404 }, 'truora_not_found'],
  ])('%s ends the wait, and the detail states it', async (_, said, reason) => {
    await scripted(said);
    const error = await errorOf(reading(past(60)));
    expect([error.name, error.message]).toEqual(['VerdictUnreachableError', expect.stringMatching(`: ${reason}$`)]);
  });

  test('any error ends the wait, also a key that cannot be read', async () => {
    const held = process.env.TRUORA_KEY_SECRET;
    process.env.TRUORA_KEY_SECRET = 'secret:absent';
    const [early, late] = [await errorOf(reading(past(5))), await errorOf(reading(past(60)))];
    process.env.TRUORA_KEY_SECRET = held;
    expect(early.name).not.toBe('VerdictUnreachableError');
    expect(late).toMatchObject({ name: 'VerdictUnreachableError', message: expect.stringMatching(/: unexpected$/) });
  });

  test('the configured grace decides when the wait ends', async () => {
    const one = past(60);
    await scripted(says(one, pending));
    process.env.GRACE_SECONDS = '90';
    try {
      expect(await thrownBy(reading(one))).toEqual(PENDING);
    } finally {
      process.env.GRACE_SECONDS = '30';
    }
    expect(await reading(one)).toMatchObject({ reason: 'undecided_at_deadline' });
  });
});

describe('the throttle that all runs share', () => {
  const BUSY = { name: 'TruoraBusyError', reason: 'truora_rate_limited' };
  const shut = (aws: LocalAws) => aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(1) });

  test('costs one read a call, and stops every call to Truora while it is backing off', async ({ aws }) => {
    const one = existing();
    const { asked } = await scripted(says(one));
    await shut(aws);
    aws.calls.length = 0;
    expect(await thrownBy(reading(one))).toEqual(BUSY);
    expect(asked).toEqual([]);
    expect(aws.calls.filter(({ operation }) => operation === 'GetItem')).toHaveLength(1);
    await aws.putItem({ pk: 'GATE#truora', notBefore: inMinutes(-1) });
    expect(await reading(one)).toMatchObject({ status: 'approved' });
  });

  test('makes the second read and all other calls back off after a 429', async ({ aws }) => {
    const one = existing();
    const from = Date.now();
    const { asked } = await scripted({ status: 429, headers: { 'retry-after': '60' } }, says(one));
    expect(await thrownBy(reading(one))).toEqual(BUSY);
    expect(await thrownBy(reading(existing()))).toEqual(BUSY);
    expect(asked).toHaveLength(1);
    const { notBefore } = (await aws.item('GATE#truora')) ?? {};
    expect(Date.parse(String(notBefore))).toBeGreaterThanOrEqual(from + 60_000);
  });

  test('never delays the end: the last read is made while it is backing off, and a 429 is still stored', async ({
    aws,
  }) => {
    const one = past(60);
    await shut(aws);
    await scripted(says(one));
    expect(await reading(one)).toMatchObject({ status: 'approved' });
    await aws.putItem({ pk: 'GATE#truora' });
    await scripted({ status: 429 });
    expect(await thrownBy(reading(past(60)))).toEqual(UNREACHABLE);
    expect(await aws.item('GATE#truora')).toHaveProperty('notBefore');
  });
});

describe('a word that Truora does not document', () => {
  test.for<[string, object, string[]]>([
    ['as a status', { validation_status: 'a_new_word' }, ['status']],
    ['as a reason to decline', { failure_status: 'declined', declined_reason: 'a_new_word' }, ['reason']],
    ['as a way to fail', { failure_status: 'a_new_word' }, ['reason']],
    ['as both', { validation_status: 'a_new_word', failure_status: 'another_word' }, ['status', 'reason']],
    ['unless it is none', { validation_status: 'processing' }, []],
    ['unless it is none either', { failure_status: 'declined', declined_reason: 'no_face_detected' }, []],
  ])('appears in the count: %s', async ([_, said, words], { aws }) => {
    const one = existing();
    await scripted(says(one, said));
    aws.metrics.length = 0;
    const verdict = await reading(one).catch(() => undefined);
    expect(verdict?.status).not.toBe('approved');
    expect(aws.metrics.flatMap(({ UnknownWords, word }) => (UnknownWords ? [word] : []))).toEqual(words);
  });
});

test('keeps person, key and answer out of errors and log, for any failure', async ({ aws }) => {
  const one = existing();
  await scripted({ status: 500, body: 'canary7f3a' });
  const { message, stack } = await errorOf(reading(one));
  for (const secret of ['canary7f3a', one.claim.accountId, one.validation.validationId, 'truora-key']) {
    expect(`${message} ${stack} ${aws.lines.join()}`).not.toContain(secret);
  }
});
