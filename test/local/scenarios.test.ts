import { describe, expect, test } from 'vitest';
import { scenarios as drops, scenarioOf } from '../../infra/local/truora/scenarios.ts';
import { liveScenarios } from '../../infra/local/truora/speech.ts';
import { AccountId } from '../../shared/domain/ids.ts';
import { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
import { declinedReasons, expiredReasons } from '../../shared/domain/reasons.ts';
import { Options } from '../../shared/domain/request.ts';

const scenarios = [...drops, ...liveScenarios];

const suffixes = scenarios.map(({ suffix }) => suffix);

test('no two scenarios have the same suffix', () => {
  expect(new Set(suffixes).size).toBe(suffixes.length);
});

test.each(scenarios)('the scenario of $suffix has a description of our own', ({ suffix, story, expected, needs }) => {
  expect(suffix).toMatch(/^(-[a-z0-9_-]+)?$/);
  expect(story).toMatch(/^[A-Z].*\.$/);
  expect(outcomeStatuses).toContain(expected.status);
  expect(expected.reason === undefined).toBe(expected.status === 'approved');
  Options.parse(needs ?? {});
  AccountId.parse(`a${suffix}`);
});

test('every documented reason has a scenario', () => {
  for (const reason of declinedReasons) {
    expect(scenarioOf(`ana-declined-${reason}`).expected).toEqual({ status: 'declined', reason });
  }
  for (const reason of expiredReasons) {
    expect(scenarioOf(`ana-expired-${reason}`).expected).toEqual({ status: 'expired', reason });
  }
});

describe('the scenario of a person', () => {
  test.each([
    ['ana', ''],
    ['', ''],
    ['ana-brand-new-story', ''],
    ['declined', ''],
    ['ana-declined-', ''],
    ['ana-declined', '-declined'],
    ['-declined', '-declined'],
    ['ana-slow-declined', '-declined'],
    ['ana-down-2', '-down-2'],
    ['ana-enrollment-down-2', '-enrollment-down-2'],
    ['ana-pending-declined', '-pending-declined'],
    ['ana-limited', '-limited'],
    ['ana-limited-1', '-limited-1'],
    ['ana-declined-validation_expired', '-declined-validation_expired'],
  ])('%j has that of %j: the longest suffix that fits', (accountId, suffix) => {
    expect(scenarioOf(accountId).suffix).toBe(suffix);
  });
});
