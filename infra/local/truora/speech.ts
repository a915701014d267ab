import { randomInt } from 'node:crypto';
import type { Scenario } from './behaviour.ts';

const words = ['azul', 'barco', 'cielo', 'luna', 'monte', 'nube', 'puente', 'río', 'sol', 'verde'];

/** A phrase to speak: three words and a number. Truora's own form is not documented (assumed). */
export const newPhrase = (): string =>
  [...Array.from({ length: 3 }, () => words[randomInt(words.length)]), randomInt(10, 100)].join(' ');

const speech = {
  subvalidations: ['similarity', 'passive_liveness', 'speech_match'],
  minimumPrecision: 'high',
} satisfies Scenario['needs'];

/** Scenarios of live captures, in which the person speaks the phrase of the create answer. All of speech is assumed. */
export const liveScenarios: readonly Scenario[] = [
  {
    suffix: '-speech-on-top',
    story: 'Live capture: the phrase is at the top level of the create answer.',
    expected: { status: 'approved' },
    needs: speech,
    behaves: {
      created: ({ instructions: { speech_token, ...instructions } = {}, ...answer }) => ({
        ...answer,
        instructions,
        speech_token,
      }),
    },
  },
  {
    suffix: '-speech-wrong',
    story: 'Live capture: the person speaks other words.',
    expected: { status: 'declined', reason: 'speech_match_verification_not_passed' },
    needs: speech,
    behaves: {
      decided: {
        validation_status: 'failure',
        failure_status: 'declined',
        declined_reason: 'speech_match_verification_not_passed',
      },
      face: { similarity_status: 'success', confidence_score: 0.97, speech_match_status: 'failure' },
    },
  },
  {
    suffix: '-speech-weak',
    story: 'Live capture: a success whose speech failed.',
    expected: { status: 'failed', reason: 'verdict_mismatch' },
    needs: speech,
    behaves: { face: { speech_match_status: 'failure' } },
  },
  {
    suffix: '-speech-no-phrase',
    story: 'Live capture: the create answer has no phrase.',
    expected: { status: 'failed', reason: 'speech_phrase_missing' },
    needs: speech,
    behaves: {
      created: ({ instructions: { speech_token: _, ...instructions } = {}, ...answer }) => ({
        ...answer,
        instructions,
      }),
    },
  },
];
