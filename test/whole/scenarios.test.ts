import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { drop, registerEnrollment } from '../../infra/local/put-media.ts';
import { type Scenario, scenarios } from '../../infra/local/truora/scenarios.ts';
import { type Announcement, announcementOf } from '../../shared/domain/announcement.ts';
import { declinedReasons, expiredReasons, groupNameOf } from '../../shared/domain/reasons.ts';
import type { ResultMode } from '../../shared/domain/request.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { fileOf, photo } from '../support/drops.ts';

const announced: BusEvent[] = [];

let system: LocalSystem;

beforeAll(async () => {
  // Twice the local system's own deadline: many drops at once share two cores, and only the hung calls may run into it.
  system = await startLocalSystem({
    config: { httpDeadlineSeconds: 4 },
    onAnnounced: (event) => announced.push(event),
  });
});

afterAll(() => system.close());

/**
 * The time of a case that runs out of it. The media has to arrive within it, while many drops share two cores; a person who tries the
 * scenario alone waits 2 s.
 */
const TIMEOUT_SECONDS = 8;

/** One whole drop: object, event, rule, machine, functions, sandbox, record. */
const walk = async ({ suffix, needs }: Scenario, resultMode: ResultMode) => {
  const accountId = `${resultMode}${suffix}`;
  const enrollmentId = `ENR-${accountId}`;
  await registerEnrollment(system.sandbox?.origin ?? '', { accountId, enrollmentId });
  const options = { ...needs, resultMode, ...(needs?.timeoutSeconds ? { timeoutSeconds: TIMEOUT_SECONDS } : {}) };
  const versionId = await drop(system, { file: fileOf(photo), accountId, enrollmentId, name: 'selfie.jpg', options });
  const execution = await system.executionOf(versionId);
  await execution.ended;
  const { records } = await system.recordsOf(accountId);
  return { execution, records };
};

const expectEnd = async (scenario: Scenario, mode: ResultMode) => {
  const { execution, records } = await walk(scenario, mode);
  const { status, reason } = scenario.expected;
  expect(records.map(({ phase, outcome }) => [phase, outcome?.status, outcome?.reason])).toEqual([
    [status, status, reason],
  ]);
  // Only what we gave up on our side fails the execution; any verdict of Truora is an answer.
  const verdict = records[0]?.outcome?.decidedBy !== 'workflow';
  expect(execution.status).toBe(verdict || status === 'refused' ? 'SUCCEEDED' : 'FAILED');
  if (execution.status === 'SUCCEEDED') expect(execution.output).toEqual(records[0]?.outcome);
  else expect([execution.error, execution.cause]).toEqual(['RevalidationFailedError', reason]);
  const outcome = records[0]?.outcome as Outcome;
  const { revalidationId } = outcome;
  const told = announced.filter(({ detail }) => (detail as Announcement).revalidationId === revalidationId);
  expect(told.map(({ detail }) => detail)).toEqual([announcementOf(outcome)]);
  return outcome;
};

const modeOf = ({ modes }: Scenario): ResultMode => modes?.[0] ?? 'callback';

/** The scenarios of documented reasons. They differ in their word only, and nothing distinguishes two words of one group. */
const ofWords = [
  ...declinedReasons.map((reason) => ({ reason, suffix: `-declined-${reason}` })),
  ...expiredReasons.map((reason) => ({ reason, suffix: `-expired-${reason}` })),
];

/** Of each group of reasons the first is walked; ReadVerdict reads the word of each (functions/read-verdict). */
const skipped = new Set(
  ofWords
    .filter(({ reason }, n) => ofWords.findIndex((one) => groupNameOf(one.reason) === groupNameOf(reason)) < n)
    .map(({ suffix }) => suffix),
);

describe('every scenario, one of each group of documented reasons, in its own mode', () => {
  test.concurrent.each(
    scenarios
      .filter(({ suffix }) => !skipped.has(suffix))
      .map((scenario) => ({ ...scenario, name: scenario.suffix || 'no suffix' })),
  )('$name ends $expected.status $expected.reason', async (scenario) => {
    await expectEnd(scenario, modeOf(scenario));
  });
});

/** The kinds of ending, and the troubles that both ways of waiting have to get over. */
const inBoth = [
  '',
  '-declined',
  '-expired-manual_review_expired',
  '-system-error',
  '-pending-declined',
  '-other-enrollment',
  '-slow',
  '-down-2',
  '-enrollment-pending',
  '-create-down',
];

describe('ten scenarios, in the other mode too', () => {
  test.concurrent.each(inBoth)('%s', async (suffix) => {
    const scenario = scenarios.find((one) => one.suffix === suffix);
    if (!scenario) throw new Error(`no scenario ${suffix}`);
    const outcome = await expectEnd(scenario, 'poll');
    expect(['poll', 'workflow']).toContain(outcome.decidedBy);
  });
});

test('a working webhook decides, and Truora is read once', async () => {
  const before = system.sandbox?.counts().reads ?? 0;
  const { records } = await walk({ suffix: '-webhook-twice', story: '', expected: { status: 'approved' } }, 'callback');
  expect(records[0]?.outcome?.decidedBy).toBe('webhook');
  expect((system.sandbox?.counts().reads ?? 0) - before).toBe(1);
});
