import { describe, expect, test } from 'vitest';
import { EnrollmentNotReadyError, RequestInvalidError } from '../../shared/domain/errors.ts';
import { readCaught } from '../../shared/domain/revalidation.ts';

const byLambda = (error: Error) =>
  JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: ['at somewhere'] });

describe('what a Catch left', () => {
  test('a named error gives its reason and its detail', () => {
    const error = new RequestInvalidError('consent_missing', 'userAuthorized: must be true');
    expect(readCaught({ Error: error.name, Cause: byLambda(error) })).toEqual({
      reason: 'consent_missing',
      detail: 'userAuthorized: must be true',
    });
  });

  test('a named error gives the word of Truora that it keeps', () => {
    const error = new EnrollmentNotReadyError('enrollment_not_ready', 'enrollmentId: not finished', 'archived');
    expect(readCaught({ Error: error.name, Cause: byLambda(error) })).toEqual({
      reason: 'enrollment_not_ready',
      rawReason: 'archived',
      detail: 'enrollmentId: not finished',
    });
  });

  test.each<[string, { Error: string; Cause?: string }]>([
    ["of a timeout of Step Functions' own", { Error: 'States.Timeout' }],
    ['of a throttle', { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate Exceeded. (Service: Lambda)' }],
    [
      'of an error without a reason',
      { Error: 'TypeError', Cause: byLambda(new TypeError('undefined is not a person')) },
    ],
    [
      'of a crash',
      { Error: 'Lambda.Unknown', Cause: 'The cause could not be determined because Lambda did not return.' },
    ],
    ['with a cause that is cut off', { Error: 'Broken', Cause: '{"errorMessage":"consent_missing: x' }],
    ['with a cause of another shape', { Error: 'Broken', Cause: '["consent_missing: x"]' }],
    ['with a message that is no text', { Error: 'Broken', Cause: '{"errorMessage":7}' }],
    ['with no cause in it', { Error: 'Broken', Cause: 'null' }],
    ['with a sentence that looks like a reason', { Error: 'Broken', Cause: 'consent_missing: forged' }],
  ])('%s gives the name alone', (_, caught) => {
    expect(readCaught(caught)).toEqual({ reason: 'unexpected', detail: `${caught.Error} after every retry` });
  });

  test('the name of an error is cut at 100 characters', () => {
    expect(readCaught({ Error: 'E'.repeat(5000) }).detail).toBe(`${'E'.repeat(100)} after every retry`);
  });

  test('a cause that is not one of ours is not quoted', () => {
    const caught = { Error: 'AccessDenied', Cause: byLambda(new Error('User: arn:aws:iam::1:role/canary is not')) };
    expect(JSON.stringify(readCaught(caught))).not.toContain('canary');
  });
});
