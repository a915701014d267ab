import { expect, test } from 'vitest';
import { longestRetrySeconds, watchTruora } from '../../infra/cli/program/watch-truora.ts';
import type { MachineEvent } from '../../infra/local/history.ts';

const failure = (state: string, error: string): MachineEvent => ({
  executionArn: 'arn:aws:states:us-east-1:000000000000:execution:Revalidation:a',
  at: new Date(2026, 10, 29, 16, 0, 0),
  type: 'StateFailed',
  state,
  error,
});

test('adds up the pauses of the Retry that an error meets', () => {
  // 5 s growing by half to 60 s, 30 times: 25 of them at 60 s.
  expect(longestRetrySeconds('CheckEnrollment', 'TruoraBusyError')).toBeGreaterThan(25 * 60 - 60);
  expect(longestRetrySeconds('CheckEnrollment', 'TruoraBusyError')).toBeLessThan(30 * 60);
  expect(longestRetrySeconds('CheckEnrollment', 'TruoraRejectedError')).toBe(0);
});

test('says once for each state until when Truora is asked again, and that Ctrl-C is safe', () => {
  const lines: string[] = [];
  const watch = watchTruora((line) => void lines.push(line));
  watch(failure('CheckEnrollment', 'TruoraBusyError'));
  watch(failure('CheckEnrollment', 'TruoraBusyError'));
  watch(failure('ReadVerdict', 'TruoraUncertainError'));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^Truora cannot be used now\. It is asked again until 16:\d\d at the latest; .* Ctrl-C is safe/,
  );
  expect(lines[1]).toContain('until the deadline of the validation');
});

test('says nothing of an error that is an answer, or that ends the case at once', () => {
  const lines: string[] = [];
  const watch = watchTruora((line) => void lines.push(line));
  watch(failure('CheckEnrollment', 'EnrollmentPendingError'));
  watch(failure('CreateValidation', 'TruoraRejectedError'));
  expect(lines).toEqual([]);
});
