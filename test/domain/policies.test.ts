import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appliedPolicy,
  applyPolicy,
  comparableOptions,
  floorOf,
  Policies,
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

  test.each<[string, Options, string]>([
    ['threshold_below_policy', { threshold: 0.69 }, 'options.threshold: must be at least 0.7, the minimumThreshold'],
    ['request_invalid', { timeoutSeconds: 901 }, 'options.timeoutSeconds: must be at most 900, the maxTimeoutSeconds'],
    [
      'request_invalid',
      { liveness: 'disabled' },
      'options.liveness: must not be disabled: passive_liveness is in require',
    ],
  ])('refuses as %s %j by the name of the field and the rule', (reason, options, rule) => {
    expect(() => applyPolicy({ purpose: 'transfer', options }, policies)).toThrow(
      `${reason}: ${rule} of the policy transfer`,
    );
  });

  test.each(['payout', 'constructor', '__proto__'])(
    'of the unknown purpose %s is refused with the known ones',
    (purpose) => {
      for (const ask of [applyPolicy, comparableOptions, appliedPolicy]) {
        expect(() => ask({ purpose }, policies)).toThrow('purpose_unknown: purpose: must be one of default, transfer');
      }
    },
  );

  test('that was removed has the default floor for a case that is open', () => {
    expect([floorOf(policies, { purpose: 'transfer' }), floorOf(policies, { purpose: 'gone' })]).toEqual([0.7, 0.65]);
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
