import { describe, expect, test } from 'vitest';
import { TruoraRejectedError, TruoraUncertainError } from '../../shared/domain/errors.ts';
import { readDecision } from '../../shared/truora/read-verdict.ts';
import type { ValidationAnswer } from '../../shared/truora/schemas.ts';

const about = {
  claim: { accountId: 'ana', enrollmentId: 'ENR1', requested: {} },
  validation: { validationId: 'VLD1', deadline: '2026-11-23T10:05:00.000Z' },
  floor: 0.65,
};

const bare: ValidationAnswer = { validation_id: 'VLD1', account_id: 'ana', validation_status: 'success' };

const whole: ValidationAnswer = {
  ...bare,
  details: { face_recognition_validations: { similarity_status: 'success', confidence_score: 0.97 } },
};

const rejected = new TruoraRejectedError('truora_rejected', 'no details');

const uncertain = new TruoraUncertainError('truora_uncertain', 'no answer');

/** Looks, gets these answers one after the other, and tells how it was asked for each. */
const looking = (isLast: boolean, ...answers: (ValidationAnswer | Error)[]) => {
  const asked: boolean[] = [];
  const look = async ({ showDetails }: { showDetails: boolean }) => {
    asked.push(showDetails);
    const answer = answers[asked.length - 1];
    if (!answer || answer instanceof Error) throw answer ?? new TypeError('asked once too often');
    return answer;
  };
  return { asked, seen: readDecision(look, about, isLast) };
};

describe('a read of a validation', () => {
  test.each<[string, ValidationAnswer, string | undefined]>([
    ['is undecided', { ...bare, validation_status: 'pending' }, undefined],
    ['is a success that says how alike the faces are', whole, 'approved'],
    ['contradicts what was asked', { ...bare, threshold: 0.5 }, 'failed'],
  ])('stays the only one where the answer %s', async (_, answer, status) => {
    const { asked, seen } = looking(true, answer);
    expect((await seen).verdict?.status).toBe(status);
    expect((await seen).answer).toBe(answer);
    expect(asked).toEqual([false]);
  });

  test('leads to one with details where a success has no similarity, and the second counts', async () => {
    const { asked, seen } = looking(false, bare, whole);
    expect(await seen).toMatchObject({ answer: whole, verdict: { status: 'approved', similarity: 0.97 } });
    expect(asked).toEqual([false, true]);
  });

  test('counts where the second states that nothing is decided', async () => {
    const { seen } = looking(false, bare, { ...bare, validation_status: 'pending' });
    expect(await seen).toMatchObject({
      answer: { validation_status: 'pending' },
      verdict: { reason: 'verdict_unconfirmed' },
    });
  });

  test.each([true, false])('counts where Truora refuses the second (last: %s)', async (isLast) => {
    const { seen } = looking(isLast, bare, rejected);
    expect(await seen).toMatchObject({ answer: bare, verdict: { reason: 'verdict_unconfirmed' } });
  });

  test('counts at the last try when the second gets no answer, and not before', async () => {
    expect(await looking(true, bare, uncertain).seen).toMatchObject({ verdict: { reason: 'verdict_unconfirmed' } });
    await expect(looking(false, bare, uncertain).seen).rejects.toBe(uncertain);
  });
});
