import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createdOf } from '../../shared/truora/creation.ts';
import { ListedRow } from '../../shared/truora/list-page.ts';
import { candidatesOn } from '../../shared/truora/reconcile.ts';
import { CreateAnswer } from '../../shared/truora/schemas.ts';

const speech = { subvalidations: ['speech_match' as const], minimumPrecision: 'high' as const };

const claim = { accountId: 'ana', requested: speech };

const at = new Date('2026-11-23T10:00:00.000Z');

const expires = (seconds: number) => Math.floor(at.getTime() / 1000) + seconds;

const answerWith = (more: object, seconds = 300) =>
  CreateAnswer.parse({
    validation_id: 'VLD1',
    file_upload_link: `https://files.truora.com/u/x?Expires=${expires(seconds)}`,
    ...more,
  });

describe('the phrase of a validation for speech', () => {
  test.each([
    ['in the instructions', { instructions: { speech_token: 'azul luna' } }, 'azul luna'],
    ['at the top level', { speech_token: 'azul luna' }, 'azul luna'],
    ['in both: the instructions count', { instructions: { speech_token: 'a b' }, speech_token: 'c d' }, 'a b'],
    ['with other blanks', { speech_token: '  azul \n  luna ' }, 'azul luna'],
    ['as a number', { speech_token: 4821 }, '4821'],
    ['unreadable in the instructions', { instructions: { speech_token: [1] }, speech_token: 'c d' }, 'c d'],
  ])('is found %s', (_, more, phrase) => {
    expect(createdOf(answerWith(more), claim, at)).toMatchObject({ phrase });
  });

  test.each([
    {},
    { speech_token: '' },
    { speech_token: '   ' },
    { speech_token: ['a'] },
    { speech_token: { text: 'a' } },
    { speech_token: 'a\u0000b' },
    { speech_token: 'x'.repeat(501) },
    { phrase: 'azul luna' },
  ])('is missing in %j, before a person is asked to speak', (more) => {
    expect(() => createdOf(answerWith(more), claim, at)).toThrow(/^speech_phrase_missing: /);
    // Without speech it is not looked for.
    expect(createdOf(answerWith(more), { ...claim, requested: {} }, at)).not.toHaveProperty('phrase');
  });

  test.each([
    [300, '2026-11-23T10:04:40.000Z', '2026-11-23T10:05:00.000Z'],
    // A quarter of a short time is kept for the upload.
    [8, '2026-11-23T10:00:06.000Z', '2026-11-23T10:00:08.000Z'],
    // The link decides, though the validation may live longer.
    [60, '2026-11-23T10:00:45.000Z', '2026-11-23T10:01:00.000Z'],
  ])('with a link of %i s is spoken before %s', (seconds, recordBefore, recordUntil) => {
    const created = createdOf(answerWith({ speech_token: 'azul' }, seconds), claim, at);
    expect(created).toMatchObject({ recordBefore, recordUntil });
  });
});

describe('a validation for speech on the list of a person', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: at.getTime() + 30_000 });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const listed = (more: object) =>
    ListedRow.parse({
      validation_id: 'VLD1',
      account_id: 'ana',
      type: 'face-recognition',
      creation_date: at.toISOString(),
      validation_status: 'pending',
      file_upload_link: `https://files.truora.com/u/x?Expires=${expires(300)}`,
      ...more,
    });

  const found = (more: object, requested: object = speech) =>
    candidatesOn([listed(more)], { ...claim, requested, openedAt: at.toISOString() }, new Set());

  test.each([
    { instructions: { speech_token: 'azul luna' } },
    { instructions: {}, speech_token: ' azul  luna' },
    { instructions: { speech_token: ['a'] }, speech_token: 'azul luna' },
  ])('is usable with its phrase, as in %j', (more) => {
    expect(found(more)).toMatchObject([{ match: 'ours', usable: { validationId: 'VLD1', phrase: 'azul luna' } }]);
  });

  test('is found but not usable without a phrase that can be read', () => {
    for (const more of [{}, { speech_token: ['a'] }, { instructions: { speech_token: '' } }]) {
      expect(found(more)).toMatchObject([{ match: 'ours', usable: undefined }]);
    }
  });

  test('needs no phrase, and has none, where no speech was asked for', () => {
    const [one] = found({}, {});
    expect(one?.usable).toMatchObject({ validationId: 'VLD1' });
    expect(one?.usable).not.toHaveProperty('phrase');
  });
});
