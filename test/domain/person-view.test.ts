import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reasonsText } from '../../infra/docs/reasons.ts';
import type { Revalidation } from '../../shared/domain/api.ts';
import { Alternative, languages, messageFor, messages, otherWay } from '../../shared/domain/person-messages.ts';
import {
  PersonProblem,
  PersonRevalidation,
  personProblemOf,
  personViewOf,
  type Reader,
} from '../../shared/domain/person-view.ts';
import { type ProblemCode, problemOf, problems } from '../../shared/domain/problem.ts';
import { reasonClasses } from '../../shared/domain/reason-classes.ts';
import { errorReasons, explain, groupedReasons, outcomeReasons } from '../../shared/domain/reasons.ts';

const reasons = [...outcomeReasons];

const alternative = { text: 'visit a branch', url: 'https://bank.example.com/branches' };

const reader = fc.record<Reader>({
  language: fc.constantFrom(...languages),
  alternative: fc.constantFrom(undefined, alternative),
});

const revalidationId = `RVL${'0'.repeat(32)}`;

/** A case that holds everything that a person must not see, each with a value that is easy to find. */
const caseOf = (status: Revalidation['status'], reason: string | undefined, rawReason: string): Revalidation => ({
  revalidationId,
  status,
  phase: status === 'pending' ? 'moved' : status,
  accountId: 'ana',
  requested: { threshold: 0.654321 },
  used: { deadline: '2026-11-29T10:00:00.000Z', threshold: 0.654322 },
  validationId: 'VLD1',
  policyVersion: 'POL1',
  trail: [{ phase: 'claimed', at: '2026-11-29T09:00:00.000Z' }],
  outcome: {
    revalidationId,
    status: status === 'pending' ? 'declined' : status,
    ...(reason === undefined ? {} : { reason }),
    rawReason,
    detail: 'threshold: must be at least 0.654323',
    mismatch: ['similarity'],
    similarity: 0.123456,
    threshold: 0.654324,
    decidedBy: 'webhook',
    decidedAt: '2026-11-29T10:00:00.000Z',
  },
});

const HIDDEN = /0\.65432|0\.123456|raw_word|POL1|VLD1|threshold|similarity|trail|orphan|decidedBy|detail/;

const FIELDS = ['message', 'nextStep', 'reasonClass', 'retry', 'revalidationId', 'status'];

describe('a person', () => {
  test('never sees a score, a threshold, a code, a raw reason or the trail, for any reason in any language', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reasons, 'a_reason_of_tomorrow'), reader, (reason, by) => {
        const view = personViewOf(caseOf(explain(reason).status, reason, 'raw_word'), by);
        expect(Object.keys(view).toSorted()).toEqual(FIELDS);
        expect(PersonRevalidation.parse(view)).toEqual(view);
        const { reasonClass, ...others } = view;
        expect(JSON.stringify(view)).not.toMatch(HIDDEN);
        expect(JSON.stringify(others)).not.toContain(reason);
        expect(reasonClass).not.toBe('fraud');
        expect(view.message).toBe(messageFor(explain(reason).message, by.language, by.alternative));
      }),
      { numRuns: 2000 },
    );
  });

  test('sees the same for a suspicion of fraud as for an unclear result', () => {
    const of = (name: string) => reasons.filter((reason) => explain(reason).class === name);
    expect(of('fraud').length).toBeGreaterThan(6);
    fc.assert(
      fc.property(fc.constantFrom(...of('fraud')), fc.constantFrom(...of('unclear')), reader, (fraud, unclear, by) => {
        expect(personViewOf(caseOf('declined', fraud, 'raw_word'), by)).toEqual(
          personViewOf(caseOf('declined', unclear, 'another'), by),
        );
      }),
    );
    for (const language of languages) {
      expect(messageFor(reasonClasses.fraud.message, language, alternative)).toBe(
        messageFor(reasonClasses.unclear.message, language, alternative),
      );
    }
  });

  test.each(['approved', 'pending'] as const)('sees of a case that is %s its id and its status alone', (status) => {
    const whole = caseOf(status, undefined, 'raw_word');
    expect(personViewOf(whole, { language: 'es', alternative })).toEqual({ revalidationId, status });
  });

  test('gets no code, detail or rule with a problem that is a reason of a case', () => {
    const codes = Object.keys(problems) as ProblemCode[];
    const ofCall: readonly string[] = errorReasons.CallRefusedError;
    fc.assert(
      fc.property(fc.constantFrom(...codes), reader, (code, by) => {
        const problem = {
          ...problemOf(new Error('x')),
          code,
          type: `urn:${code}`,
          detail: 'must be at least 0.654321',
        };
        const shown = personProblemOf(problem, by);
        if (ofCall.includes(code)) {
          expect(shown).toEqual(problem);
          return;
        }
        expect(PersonProblem.parse(shown)).toEqual(shown);
        const { reasonClass: _, ...others } = PersonProblem.parse(shown);
        expect(JSON.stringify(others)).not.toMatch(HIDDEN);
        expect(JSON.stringify(others)).not.toContain(code);
      }),
    );
  });
});

describe('the messages', () => {
  const all = Object.keys(messages) as (keyof typeof messages)[];

  test('exist in every language, are short, and differ between the languages', () => {
    for (const name of all) {
      const texts = languages.map((language) => messages[name].text[language]);
      expect(new Set(texts).size).toBe(languages.length);
      for (const text of texts)
        expect([text.length > 20, text.length < 120, /\.$/.test(text)]).toEqual([true, true, true]);
    }
  });

  test('name another way only where the deployment offers one', () => {
    for (const name of all) {
      for (const language of languages) {
        expect(messageFor(name, language, undefined)).not.toMatch(
          /otr[ao] (v[ií]a|forma|manera)|outr[ao] (meio|forma)|another way/i,
        );
        const ending = ` ${otherWay[language]}: visit a branch https://bank.example.com/branches`;
        expect(messageFor(name, language, alternative).endsWith(ending)).toBe(messages[name].otherWay);
      }
    }
    expect(all.filter((name) => messages[name].otherWay)).toEqual([
      'not_heard',
      'not_confirmed',
      'not_confirmed_now',
      'not_completed',
      'our_problem',
      'permission_needed',
      'face_not_used',
    ]);
  });
});

test.each([{}, { url: 'http://bank.example.com' }, { url: 'branch' }, { text: '' }, { text: 'a\nb' }, { phone: '1' }])(
  'the other way %j is refused',
  (given) => expect(Alternative.safeParse(given).success).toBe(false),
);

describe('the reasons', () => {
  test.each([
    ['no_face_detected', 'capture', 'new_capture'],
    ['similarity_threshold_not_passed', 'no_match', 'new_capture'],
    ['passive_liveness_verification_not_passed', 'liveness', 'new_capture'],
    ['photo_of_photo', 'fraud', 'never'],
    ['user_face_match_in_client_collection', 'fraud', 'never'],
    ['max_retries_reached', 'spent', 'later'],
    ['retry_too_late', 'request', 'later'],
    ['canceled', 'not_finished', 'now'],
    ['media_gone', 'not_finished', 'now'],
    ['enrollment_unknown', 'enrollment', 'never'],
    ['enrollment_pending', 'enrollment', 'later'],
    ['consent_missing', 'consent', 'now'],
    ['manual_review_expired', 'ours_or_vendor', 'later'],
    ['truora_unreachable', 'ours_or_vendor', 'later'],
    ['media_changed', 'request', 'later'],
    ['purpose_unknown', 'request', 'later'],
    ['face_validation_failed', 'unclear', 'never'],
    ['a_reason_of_tomorrow', 'unclear', 'never'],
  ])('give %s the class %s and the retry %s', (reason, of, retry) => {
    expect(explain(reason)).toMatchObject({ class: of, retry });
  });

  test('use every class', () => {
    expect(new Set(groupedReasons.map(({ class: of }) => of))).toEqual(new Set(Object.keys(reasonClasses)));
  });

  test('are published as the code has them (npm run -s schemas)', () => {
    const file = readFileSync(join(import.meta.dirname, '../../shared/contracts/reasons.json'), 'utf8');
    expect(file).toBe(reasonsText());
    expect(
      JSON.parse(file)
        .reasons.map(({ reason }: { reason: string }) => reason)
        .toSorted(),
    ).toEqual(reasons.toSorted());
  });
});
