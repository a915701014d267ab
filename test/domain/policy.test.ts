import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestInvalidError } from '../../shared/domain/errors.ts';
import { applyPolicy, type Policies } from '../../shared/domain/policy.ts';
import { Options, subvalidations } from '../../shared/domain/request.ts';
import { detailsOfCall, detailsOfDrop } from '../../shared/domain/request-details.ts';
import { SINGLE_PRECISION } from '../../shared/domain/tolerance.ts';
import { ValidationAnswer } from '../../shared/truora/schemas.ts';
import { verdictOf } from '../../shared/truora/verdict.ts';

const policies: Policies = { default: { minimumThreshold: 0.65 } };

describe('what is sent', () => {
  test.each<[Options, Options]>([
    [{}, { threshold: 0.65, subvalidations: ['similarity'] }],
    [{ threshold: 0.8 }, { threshold: 0.8, subvalidations: ['similarity'] }],
    [{ liveness: 'disabled' }, { threshold: 0.65, subvalidations: ['similarity'] }],
    [{ liveness: 'passive' }, { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'] }],
    [
      { subvalidations: ['passive_liveness'], timeoutSeconds: 60 },
      { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'], timeoutSeconds: 60 },
    ],
    [
      { subvalidations: ['passive_liveness', 'similarity'], resultMode: 'poll' },
      { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'], resultMode: 'poll' },
    ],
  ])('%j is sent as %j, and that is sent unchanged', (asked, inFact) => {
    expect(applyPolicy({ options: asked }, policies)).toEqual(inFact);
    expect(applyPolicy({ options: inFact }, policies)).toEqual(inFact);
    expect(Options.parse(inFact)).toEqual(inFact);
  });

  test('a threshold below the floor is refused, and the refusal names field and floor', () => {
    for (const threshold of [0, 0.1, 0.6499]) {
      expect(() => applyPolicy({ options: { threshold } }, policies)).toThrow(
        /^threshold_below_policy: options\.threshold: must be at least 0\.65, the minimumThreshold/,
      );
    }
    expect(() => applyPolicy({ options: { threshold: 0.99 } }, { default: { minimumThreshold: 1 } })).toThrow(
      RequestInvalidError,
    );
  });

  test('a threshold that equals the floor in single precision is accepted', () => {
    expect(applyPolicy({ options: { threshold: Math.fround(0.65) } }, policies).threshold).toBe(0.65);
    expect(applyPolicy({ options: { threshold: 0 } }, { default: { minimumThreshold: 0 } }).threshold).toBe(0);
  });
});

const share = fc.double({ min: 0, max: 1, noNaN: true });

const options = fc.record(
  {
    threshold: fc.oneof(share, fc.constantFrom(0.65, 0.7)),
    subvalidations: fc.uniqueArray(fc.constantFrom(...subvalidations.slice(0, 2)), { minLength: 1 }),
    timeoutSeconds: fc.constantFrom(1, 300),
    resultMode: fc.constantFrom('poll', 'callback'),
  },
  { requiredKeys: [] },
);

/** What Truora may say where a number or a word belongs: near what was asked, in other forms, and nonsense. */
const number = fc.oneof(
  share,
  share.map(Math.fround),
  fc.constantFrom(
    0,
    0.65,
    0.649,
    0.6499999,
    0.97,
    1,
    -1,
    1.5,
    41,
    65,
    97,
    1e300,
    1e-200,
    '0.97',
    '',
    null,
    [],
    {},
    true,
  ),
);

const word = fc.constantFrom(undefined, null, 'success', 'SUCCESS', 'match', 'failure', 'pending', '', 7, [], {});

const face = fc.record(
  {
    similarity_status: word,
    confidence_score: number,
    passive_liveness_status: word,
    enrollment_id: fc.constantFrom('ENR1', 'ENR2', 7),
  },
  { requiredKeys: [] },
);

const answer = fc.record(
  {
    validation_id: fc.constantFrom('VLD1', 'VLD1', 'VLD2'),
    account_id: fc.constantFrom('ana', 'ana', 'ben'),
    validation_status: fc.constantFrom('success', 'success', 'SUCCESS', 'failure', 'pending', 'new', 7),
    failure_status: fc.constantFrom(undefined, undefined, 'declined', '', [], 7),
    type: fc.constantFrom('face-recognition', 'face_recognition', 'document-validation'),
    threshold: number,
    details: fc.oneof(fc.record({ face_recognition_validations: face }), fc.constantFrom([], {}, 'x', null)),
  },
  { requiredKeys: ['validation_id', 'account_id', 'validation_status'] },
);

/** A success as it should be, but for its numbers: what comes near an approval. */
const likely = fc.oneof(
  number,
  fc.double({ min: 0.6, max: 1, noNaN: true }),
  fc.constantFrom(0.65, Math.fround(0.7), 0.97, 1),
);

const nearly = fc
  .record({ threshold: likely, score: likely, liveness: fc.oneof(word, fc.constant('success')) })
  .map(({ threshold, score, liveness }) => ({
    validation_id: 'VLD1',
    account_id: 'ana',
    validation_status: 'success',
    threshold,
    details: {
      face_recognition_validations: {
        similarity_status: 'success',
        confidence_score: score,
        ...(liveness === undefined ? {} : { passive_liveness_status: liveness }),
      },
    },
  }));

const call = {
  kind: 'call',
  accountId: 'ana',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/a' },
} as const;

/** The options as each entry point takes them: a drop's metadata, and a call, which the API makes of what it is asked. */
const entryPoints: ((asked: Options) => Options)[] = [
  (asked) => detailsOfCall({ ...call, options: asked }).options,
  (asked) =>
    detailsOfDrop('inbox/ana/ENR1/a.jpg', { 'user-authorized': 'true', options: JSON.stringify(asked) }).options,
];

test('never approves a case below the floor or below the requested threshold, for any request and any echo of Truora', () => {
  let approved = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...entryPoints),
      options,
      fc.constantFrom(0, 0.65, 0.9),
      fc.oneof(answer, nearly),
      fc.option(share, { nil: undefined }),
      (enter, said, minimumThreshold, echoed, created) => {
        const { success, data: asked } = Options.safeParse(said);
        if (!success) return;
        let requested: Options;
        try {
          requested = applyPolicy({ options: enter(asked) }, { default: { minimumThreshold } });
        } catch (error) {
          expect(error).toMatchObject({ reason: 'threshold_below_policy' });
          expect(asked.threshold).toBeLessThan(minimumThreshold);
          return;
        }
        // As the client reads it: a null or an empty text says as little as the field's absence.
        const text = JSON.stringify(echoed);
        const heard = JSON.parse(text, (_, value) => (value === null || value === '' ? undefined : value));
        const { data } = ValidationAnswer.safeParse(heard);
        const verdict =
          data &&
          verdictOf(data, {
            claim: { accountId: 'ana', enrollmentId: 'ENR1', requested },
            validation: {
              validationId: 'VLD1',
              deadline: '2026-11-29T10:00:00.000Z',
              ...(created === undefined ? {} : { threshold: created }),
            },
            floor: minimumThreshold,
            at: new Date(),
          });
        if (verdict?.status !== 'approved') return;
        approved += 1;
        const least = Math.max(minimumThreshold, asked.threshold ?? 0);
        const { similarity_status, confidence_score } = heard.details.face_recognition_validations;
        expect(['success', 'match']).toContain(similarity_status.toLowerCase());
        expect(typeof confidence_score).toBe('number');
        expect(confidence_score).toBeLessThanOrEqual(1);
        expect(confidence_score).toBeGreaterThanOrEqual(least - SINGLE_PRECISION);
        expect(verdict.threshold).toBeGreaterThanOrEqual(least);
        expect(heard.threshold ?? least).toBeGreaterThanOrEqual(least - SINGLE_PRECISION);
        expect(heard.threshold ?? least).toBeLessThanOrEqual(1);
        expect([heard.validation_id, heard.account_id]).toEqual(['VLD1', 'ana']);
      },
    ),
    { numRuns: 5000 },
  );
  // It would hold as well if no case were ever approved.
  expect(approved).toBeGreaterThan(50);
});
