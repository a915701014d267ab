import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appliedPolicy,
  applyPolicy,
  comparableOptions,
  floorOf,
  Policies,
  Policy,
  PolicyVersion,
  policyVersionOf,
} from '../../shared/domain/policy.ts';
import { isDifferentRequest } from '../../shared/domain/record.ts';
import type { Options } from '../../shared/domain/request.ts';
import { hashOfQuestion } from '../../shared/ledger/idempotency-keys.ts';

const policies = Policies.parse({
  default: {},
  transfer: { minimumThreshold: 0.7, require: ['passive_liveness'], maxTimeoutSeconds: 900 },
});

describe('the policy of a purpose', () => {
  test('fills in its floor, its subvalidations and its longest timeout', () => {
    expect(applyPolicy({ purpose: 'transfer' }, policies)).toEqual({
      threshold: 0.7,
      subvalidations: ['similarity', 'passive_liveness'],
      timeoutSeconds: 900,
    });
  });

  test('is the default policy for a request that names no purpose, or that one', () => {
    const sent = { threshold: 0.65, subvalidations: ['similarity'] };
    expect(applyPolicy({}, policies)).toStrictEqual(sent);
    expect(applyPolicy({ purpose: 'default' }, policies)).toStrictEqual(sent);
  });

  test('keeps what is stricter than it', () => {
    const options: Options = { threshold: 0.9, timeoutSeconds: 60, liveness: 'passive' };
    expect(applyPolicy({ purpose: 'transfer', options }, policies)).toMatchObject({
      threshold: 0.9,
      timeoutSeconds: 60,
    });
  });

  test.each<[string, Options, string, string]>([
    ['threshold_below_policy', { threshold: 0.69 }, 'options.threshold', 'must be at least 0.7, the minimumThreshold'],
    [
      'request_invalid',
      { timeoutSeconds: 901 },
      'options.timeoutSeconds',
      'must be at most 900, the maxTimeoutSeconds',
    ],
    [
      'request_invalid',
      { liveness: 'disabled' },
      'options.liveness',
      'must not be disabled: passive_liveness is in require',
    ],
  ])('refuses as %s %j by the name of the field and the rule', (reason, options, path, rule) => {
    const detail = `${rule} of the policy transfer`;
    expect(() => applyPolicy({ purpose: 'transfer', options }, policies)).toThrow(
      expect.objectContaining({
        reason,
        message: `${reason}: ${path}: ${detail}`,
        broken: [{ path, code: 'out_of_range', detail }],
      }),
    );
  });

  test('accepts the longest timeout, and liveness that is switched off where it is not required', () => {
    expect(applyPolicy({ purpose: 'transfer', options: { timeoutSeconds: 900 } }, policies).timeoutSeconds).toBe(900);
    const off: Options = { liveness: 'disabled' };
    expect(applyPolicy({ options: off }, policies).subvalidations).toEqual(['similarity']);
    const unbound = { default: { minimumThreshold: 0.65 } };
    expect(applyPolicy({ options: { timeoutSeconds: 21_600 } }, unbound).timeoutSeconds).toBe(21_600);
  });

  test.each(['payout', 'constructor', '__proto__'])(
    'of the unknown purpose %s is refused with the known ones in the order of the alphabet',
    (purpose) => {
      const { default: first, ...others } = policies;
      const detail = 'must be one of default, transfer';
      for (const ask of [applyPolicy, comparableOptions, appliedPolicy]) {
        expect(() => ask({ purpose }, { ...others, default: first } as Policies)).toThrow(
          expect.objectContaining({
            reason: 'purpose_unknown',
            message: `purpose_unknown: purpose: ${detail}`,
            broken: [{ path: 'purpose', code: 'not_one_of', detail }],
          }),
        );
      }
    },
  );

  test('that was removed has the default floor for a case that is open', () => {
    expect([floorOf(policies, { purpose: 'transfer' }), floorOf(policies, { purpose: 'gone' })]).toEqual([0.7, 0.65]);
  });

  test('that was removed with the default policy approves full similarity alone', () => {
    expect(floorOf({}, { purpose: 'gone' })).toBe(1);
  });
});

describe('the policies of a deployment', () => {
  const messagesOf = (schema: typeof Policies | typeof Policy, value: unknown) =>
    schema.safeParse(value).error?.issues.map(({ message }) => message);

  test.each<[string, unknown, string]>([
    ['a floor above 1', { minimumThreshold: 1.1 }, 'must be 0 to 1'],
    ['a list of required subvalidations without one', { require: [] }, 'must name at least one'],
    ['a required subvalidation twice', { require: ['similarity', 'similarity'] }, 'must name each at most once'],
    ['a longest timeout of no time', { maxTimeoutSeconds: 0 }, 'must be 1 to 21600'],
    ['a longest timeout over six hours', { maxTimeoutSeconds: 21_601 }, 'must be 1 to 21600'],
    ['a longest timeout with half a second', { maxTimeoutSeconds: 1.5 }, 'must be whole seconds'],
  ])('with %s are refused by the rule', (_, policy, rule) => {
    expect(messagesOf(Policy, policy)).toEqual([rule]);
  });

  test.each<[string, unknown]>([
    ['a field that no policy has', { minimumTreshold: 0.7 }],
    ['a required subvalidation that needs a precision', { require: ['speech_match'] }],
  ])('with %s are refused', (_, policy) => {
    expect(messagesOf(Policy, policy)).toHaveLength(1);
  });

  test.each([1, 21_600])('take %i seconds as the longest timeout', (maxTimeoutSeconds) => {
    expect(Policy.parse({ maxTimeoutSeconds })).toEqual({ minimumThreshold: 0.65, maxTimeoutSeconds });
  });

  test('take each subvalidation that a policy may require, alone and together', () => {
    for (const required of [['similarity'], ['passive_liveness'], ['passive_liveness', 'similarity']]) {
      expect(Policy.parse({ require: required }).require).toEqual(required);
    }
  });

  test('without one for requests that name no purpose are refused by the rule', () => {
    expect(messagesOf(Policies, { transfer: {} })).toEqual([
      'must hold the policy "default", for requests without purpose',
    ]);
  });

  test('are 16 at most', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, {}]));
    expect(Object.keys(Policies.parse({ ...many(15), default: {} }))).toHaveLength(16);
    expect(messagesOf(Policies, { ...many(16), default: {} })).toEqual(['must be 16 policies at most']);
  });
});

test('the version of a policy changes with its values only, not with the order of keys or of what it requires', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const policy = fc.record({ minimumThreshold: share, maxTimeoutSeconds: fc.integer({ min: 1, max: 21_600 }) });
  fc.assert(
    fc.property(policy, fc.boolean(), (of, isLive) => {
      const required = isLive ? (['passive_liveness'] as const) : [];
      const one = { ...of, require: ['similarity' as const, ...required] };
      const other = { require: [...required, 'similarity' as const], ...of };
      expect(policyVersionOf(one)).toBe(policyVersionOf({ ...other, minimumThreshold: of.minimumThreshold }));
      expect(policyVersionOf(one)).toMatch(/^POL[0-9a-f]{32}$/);
      expect(policyVersionOf(one)).not.toBe(
        policyVersionOf({ ...one, minimumThreshold: of.minimumThreshold / 2 + 0.001 }),
      );
      expect(policyVersionOf(one)).not.toBe(policyVersionOf({ ...one, maxTimeoutSeconds: of.maxTimeoutSeconds + 1 }));
      expect(policyVersionOf({ ...of, require: ['passive_liveness'] })).not.toBe(policyVersionOf(of));
    }),
  );
});

test('the version of a policy is the one that the records of earlier releases hold', () => {
  const strict = { minimumThreshold: 0.7, require: ['passive_liveness' as const], maxTimeoutSeconds: 900 };
  expect(policyVersionOf({ minimumThreshold: 0.65 })).toBe('POL87722aa374021ee78403996cd95d0bab');
  expect(policyVersionOf({ minimumThreshold: 0.65, require: ['similarity'] })).toBe(
    'POL87722aa374021ee78403996cd95d0bab',
  );
  expect(policyVersionOf(strict)).toBe('POLc878509f78828d3cdc30b03630c44252');
  expect(appliedPolicy({ purpose: 'transfer' }, { transfer: strict })).toEqual({
    purpose: 'transfer',
    policyVersion: 'POLc878509f78828d3cdc30b03630c44252',
  });
});

test('takes POL and 32 hex digits alone as the version of a policy', () => {
  const hex = '0123456789abcdef'.repeat(2);
  expect(PolicyVersion.parse(`POL${hex}`)).toBe(`POL${hex}`);
  for (const other of [hex, `POL${hex}0`, `POL${hex.slice(1)}`, ` POL${hex}`, `POL${hex.toUpperCase()}`, 'POL']) {
    expect(PolicyVersion.safeParse(other).error?.issues).toMatchObject([{ message: 'must be POL and 32 hex digits' }]);
  }
});

describe('two requests about the same media', () => {
  const wanted = { enrollmentId: 'ENR1', requested: {} };

  test('are different requests when their purposes differ, and the same when one says default', () => {
    expect(isDifferentRequest({ ...wanted, purpose: 'transfer' }, wanted)).toBe(true);
    expect(isDifferentRequest({ ...wanted, purpose: 'default' }, wanted)).toBe(false);
    expect(isDifferentRequest({ ...wanted, purpose: 'transfer' }, { ...wanted, purpose: 'transfer' })).toBe(false);
  });

  test('have the hash of before where they name no purpose, and another one for each purpose', () => {
    const hashed = (purpose?: string) =>
      hashOfQuestion({ accountId: 'ana', purpose, options: { threshold: 0.7 } }, policies);
    // The hash of the version before purposes: a key that was bound then still finds its case.
    expect(hashed()).toBe('9473e56c0f30246b775b652ecc9ed2d5be85d3b80ff1ad3b0a2aea5accf85959');
    expect(hashed('default')).toBe(hashed());
    expect(hashed('transfer')).not.toBe(hashed());
    // Also where the rules of two purposes are the same.
    const same = { minimumThreshold: 0.7 };
    expect(hashOfQuestion({ purpose: 'transfer' }, { transfer: same })).not.toBe(hashOfQuestion({}, { default: same }));
  });

  test('stay the same when the policy of their purpose changes what it adds', () => {
    const [low, high] = [0.7, 0.8].map((minimumThreshold) => ({ default: { minimumThreshold } }));
    const strict = {
      default: { minimumThreshold: 0.7, require: ['passive_liveness' as const], maxTimeoutSeconds: 60 },
    };
    expect(hashOfQuestion({}, high ?? {})).toBe(hashOfQuestion({}, low ?? {}));
    expect(hashOfQuestion({}, strict)).toBe(hashOfQuestion({}, low ?? {}));
  });
});
