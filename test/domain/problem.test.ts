import { describe, expect, test } from 'vitest';
import { TicketBody } from '../../shared/domain/api.ts';
import { MediaGoneError, TruoraBusyError } from '../../shared/domain/errors.ts';
import { parseOrRefuse } from '../../shared/domain/parse.ts';
import { CallRefusedError, Problem, problemOf } from '../../shared/domain/problem.ts';

const problemWith = (body: unknown) => {
  try {
    parseOrRefuse(TicketBody, body);
  } catch (error) {
    return problemOf(error);
  }
  throw new TypeError('nothing was refused');
};

describe('a problem document', () => {
  test('states the rule, its status and a sentence', () => {
    expect(problemOf(new CallRefusedError('body_malformed', 'body: must be JSON'))).toEqual({
      type: 'urn:problem:face-revalidation:body_malformed',
      title: 'The body is not JSON.',
      status: 400,
      detail: 'body: must be JSON',
      code: 'body_malformed',
    });
    expect(problemOf(new MediaGoneError('media_gone', 'x'))).toMatchObject({ status: 422, detail: 'x' });
  });

  test.each([
    ['an error of other code', new Error('request_invalid: canary')],
    ['an error of ours that is no caller\u2019s business', new TruoraBusyError('truora_unreachable', 'canary')],
    ['a text', 'canary'],
    ['nothing', undefined],
  ])('states nothing of %s', (_, error) => {
    const problem = Problem.parse(problemOf(error));
    expect(problem).toMatchObject({ status: 500, code: 'unexpected' });
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  test('names each field by its path, and never a value', () => {
    const problem = problemWith({
      accountId: 'canary/..',
      userAuthorized: true,
      upload: { type: 'image/jpeg', bytes: 0.5 },
    });
    expect(problem.errors).toMatchObject([
      { path: 'accountId', code: 'malformed' },
      { path: 'enrollmentId', code: 'missing' },
      { path: 'upload.bytes' },
    ]);
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  test.each([
    ['a field without a text of its own', { accountId: undefined }, 'accountId', 'is missing'],
    [
      'a field with one',
      { userAuthorized: undefined },
      'userAuthorized',
      'is missing: it must be true, the person must have agreed',
    ],
    [
      'an option that another one needs',
      { options: { subvalidations: ['speech_match'] } },
      'options.minimumPrecision',
      'is required with speech_match',
    ],
  ])('calls what is absent missing, also when its rule has another text: %s', (_, more, path, detail) => {
    const good = { accountId: 'a', enrollmentId: 'E', userAuthorized: true, upload: { type: 'image/png' } };
    expect(problemWith({ ...good, ...more }).errors).toEqual([{ path, code: 'missing', detail }]);
  });

  test('quotes an unknown field only if it looks like a name', () => {
    const good = { accountId: 'a', enrollmentId: 'E', userAuthorized: true, upload: { type: 'image/png' } };
    expect(problemWith({ ...good, admin: 1 }).errors).toEqual([
      { path: 'admin', code: 'unknown_field', detail: 'unknown field' },
    ]);
    expect(JSON.stringify(problemWith({ ...good, 'canary <b>': 1 }))).not.toContain('canary');
  });
});
