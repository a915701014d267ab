import { describe, expect, test } from 'vitest';
import { applyPolicy, comparableOptions } from '../../shared/domain/policy.ts';
import type { Options } from '../../shared/domain/request.ts';

const policies = { default: { minimumThreshold: 0.65 } };

describe('options are compared', () => {
  test.each<[string, Options, Options]>([
    ['without a threshold that was not asked for', {}, { subvalidations: ['similarity'] }],
    ['without a threshold below the floor', { threshold: 0.5 }, { subvalidations: ['similarity'] }],
    ['without a threshold that is the floor', { threshold: 0.65 }, { subvalidations: ['similarity'] }],
    [
      'without a threshold that is the floor in single precision',
      { threshold: Math.fround(0.65) },
      { subvalidations: ['similarity'] },
    ],
    ['with a threshold above the floor', { threshold: 0.7 }, { threshold: 0.7, subvalidations: ['similarity'] }],
    ['with the new form of liveness', { liveness: 'passive' }, { subvalidations: ['similarity', 'passive_liveness'] }],
    [
      'with subvalidations in one order, and all others as they are',
      { subvalidations: ['passive_liveness', 'similarity'], timeoutSeconds: 60, resultMode: 'poll' },
      { subvalidations: ['similarity', 'passive_liveness'], timeoutSeconds: 60, resultMode: 'poll' },
    ],
  ])('%s', (_, asked, compared) => {
    expect(comparableOptions({ options: asked }, policies)).toStrictEqual(compared);
  });
});

test('options are compared without what a stricter policy of their purpose adds', () => {
  const strict = {
    default: { minimumThreshold: 0.65, require: ['passive_liveness' as const], maxTimeoutSeconds: 300 },
  };
  const plain = { subvalidations: ['similarity'] };
  expect(comparableOptions({}, strict)).toStrictEqual(plain);
  expect(comparableOptions({ options: { liveness: 'passive', timeoutSeconds: 300 } }, strict)).toStrictEqual(plain);
  expect(comparableOptions({ options: { timeoutSeconds: 299 } }, strict)).toStrictEqual({
    ...plain,
    timeoutSeconds: 299,
  });
});

test('options are compared with similarity, also where a policy requires it', () => {
  const named = { default: { minimumThreshold: 0.65, require: ['similarity' as const] } };
  expect(comparableOptions({ options: { liveness: 'passive' } }, named)).toStrictEqual({
    subvalidations: ['similarity', 'passive_liveness'],
  });
});

test('refuses a threshold below the floor with the field, the kind and the rule that it breaks', () => {
  const detail = 'must be at least 0.65, the minimumThreshold of the policy default';
  expect(() => applyPolicy({ options: { threshold: 0.6 } }, policies)).toThrow(
    expect.objectContaining({
      reason: 'threshold_below_policy',
      broken: [{ path: 'options.threshold', code: 'out_of_range', detail }],
    }),
  );
});
