import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import validate from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import type { TaskState } from '../../infra/workflow/asl.ts';
import { definition } from '../../infra/workflow/definition.ts';
import { functionSeconds, MACHINE_SECONDS } from '../../infra/workflow/timeouts.ts';
import { Journal, stepNames } from '../../shared/workflow/contract.ts';
import { fileOf } from '../../shared/workflow/functions.ts';
import { type Draft, draft, stateIn } from '../support/draft.ts';
import { errorNames, thrown } from '../support/thrown.ts';

const functionsFolder = join(import.meta.dirname, '../../functions');

const deployed = (copy: Draft): object =>
  JSON.parse(
    JSON.stringify(copy).replaceAll(/\$\{(\w+)\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:face-$1-AbC123'),
  );

describe('the Amazon States Language', () => {
  test('validates the definition', () => {
    const { isValid, errorsText } = validate(deployed(draft()), { checkArn: true, checkPaths: true });
    expect(isValid, errorsText('\n')).toBe(true);
  });

  test.each<[string, (copy: Draft) => void]>([
    ['an end that leads on', (copy) => Object.assign(stateIn(copy, 'Failed'), { Next: 'Nowhere' })],
    ['a task without a resource', (copy) => Object.assign(stateIn(copy, 'MoveMedia'), { Resource: undefined })],
    ['a path that is none', (copy) => Object.assign(stateIn(copy, 'MoveMedia'), { ResultPath: '$.a[' })],
    ['a start that is not there', (copy) => Object.assign(copy, { StartAt: 'Nowhere' })],
  ])('does not allow %s', (_, edit) => {
    expect(validate(deployed(draft(edit)), { checkArn: true, checkPaths: true }).isValid).toBe(false);
  });
});

describe('the definition', () => {
  test('consists of plain values that JSON keeps unchanged', () => {
    const value = definition({ callbackTimeoutSeconds: 60 });
    expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  });

  test('waits for a notification as long as the deployment configures', () => {
    expect(definition({ callbackTimeoutSeconds: 7 }).States.AwaitWebhook).toMatchObject({ TimeoutSeconds: 7 });
  });

  test('begins every substitution with the name of a step, and uses each of them', () => {
    const named = [...JSON.stringify(draft()).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(stepNames));
    expect(named).toHaveLength(stepNames.length);
  });

  test('stays far from the 1 MB limit of Step Functions', () => {
    expect(JSON.stringify(draft()).length).toBeLessThan(20_000);
  });
});

describe('a question', () => {
  const questions = Object.entries(draft().States).flatMap(([state, { Choices = [] }]) =>
    Choices.map(({ Variable = '' }) => ({ state, path: Variable.split('.').slice(1) })),
  );

  test('comes from HowToWait only', () => {
    expect(questions.map(({ state }) => state)).toEqual(['HowToWait']);
  });

  // A path that leads nowhere is States.Runtime, which no retry and no catch can help.
  test.each(questions)('of $state is about a field that its entry always has', ({ path }) => {
    const [entry, field = '', ...rest] = path;
    expect([entry, rest]).toEqual(['claim', []]);
    const { [field as 'resultMode']: asked } = Journal.shape.claim.shape;
    expect(asked.safeParse(undefined).success).toBe(false);
    expect(asked.safeParse('callback').success).toBe(true);
  });
});

describe('the names a step can throw', () => {
  /** Every `new SomethingError(` that a function can come by, in its own file and in all it imports. */
  const thrownBy = (file: string, visited = new Set<string>()): Set<string> => {
    if (visited.has(file)) return new Set();
    visited.add(file);
    const source = readFileSync(file, 'utf8');
    const own = [...source.matchAll(/new (\w+Error)\(/g)].flatMap(([, name]) => name ?? []);
    const imported = [...source.matchAll(/from '(\.[^']+)'/g)].flatMap(([, path]) => [
      ...thrownBy(join(dirname(file), path ?? ''), visited),
    ]);
    return new Set([...own, ...imported].filter((name) => (errorNames as string[]).includes(name)));
  };

  test.each(stepNames)('lie in the reach of %s', (name) => {
    expect([...thrownBy(join(functionsFolder, `${fileOf(name)}.ts`))]).toEqual(
      expect.arrayContaining([...thrown[name]]),
    );
  });

  test.each(stepNames)('appear for %s where its own file throws them', (name) => {
    const source = readFileSync(join(functionsFolder, `${fileOf(name)}.ts`), 'utf8');
    const own = [...source.matchAll(/new (\w+Error)\(/g)].flatMap(([, error]) => error ?? []);
    const named = own.filter((error) => (errorNames as string[]).includes(error));
    expect(thrown[name]).toEqual(expect.arrayContaining(named));
  });

  test('include all errors that exist', () => {
    expect(new Set(Object.values(thrown).flat())).toEqual(new Set(errorNames));
  });
});

type Wait = { IntervalSeconds?: number; BackoffRate?: number; MaxDelaySeconds?: number; MaxAttempts?: number };

const retriersOf = (state: string) => (stateIn(draft(), state).Retry ?? []) as (Wait & { ErrorEquals: string[] })[];

const waitsOf = ({
  IntervalSeconds = 1,
  BackoffRate = 2,
  MaxDelaySeconds = Number.POSITIVE_INFINITY,
  MaxAttempts = 3,
}: Wait) =>
  Array.from({ length: MaxAttempts }, (_, attempt) =>
    Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds),
  );

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

const pending = (): Wait & { ErrorEquals: string[] } => {
  const [never, found, ...more] = retriersOf('ReadVerdict');
  if (!found || never?.MaxAttempts !== 0 || more.length > 0) throw new TypeError('nothing polls');
  return found;
};

/** Looks at Truora until `seconds` after the first one, if each takes no time: the most there can be. */
const looksIn = (seconds: number): number => {
  let at = 0;
  let looks = 1;
  for (const wait of waitsOf(pending())) {
    at += wait;
    if (at > seconds) break;
    looks += 1;
  }
  return looks;
};

/** Truora's longest timeout. Seconds. */
const SIX_HOURS = 21_600;

const longest = Config.parse({ graceSeconds: 600, callbackTimeoutSeconds: 3600 });

describe('the timed poll', () => {
  test('still polls when the longest validation and the longest grace are over', () => {
    expect(sum(waitsOf(pending()))).toBeGreaterThan(SIX_HOURS + longest.graceSeconds + 60);
  });

  test('polls at most 400 times in six hours, and within a minute of the deadline', () => {
    expect(looksIn(SIX_HOURS)).toBeLessThanOrEqual(400);
    expect(looksIn(SIX_HOURS)).toBeGreaterThanOrEqual(SIX_HOURS / 60);
    expect(Math.max(...waitsOf(pending()))).toBeLessThanOrEqual(60);
  });

  test('polls five times in the first fifteen seconds', () => {
    expect(looksIn(15)).toBeGreaterThanOrEqual(5);
  });

  test('shares its attempts among all errors of a read', () => {
    expect(pending().ErrorEquals).toEqual(['States.ALL']);
    expect(retriersOf('ReadVerdict')[0]?.ErrorEquals).toEqual(['VerdictUnreachableError', 'AlreadyDecidedError']);
  });
});

describe('the history of an execution', () => {
  /** Events of a state that goes well, as Step Functions writes them: a token wait has TaskSubmitted in addition. */
  const eventsOf = { Task: 5, wait: 6, Choice: 2, Pause: 2, Fail: 1 };
  const EVENTS_PER_RETRY = 3;
  const longestWalk = [
    ...['ClaimRequest', 'CheckEnrollment', 'CreateValidation', 'MoveMedia'].map(() => eventsOf.Task),
    eventsOf.Choice,
    eventsOf.wait,
    eventsOf.Pause,
    ...['ReadVerdict', 'RecordOutcome'].map(() => eventsOf.Task),
  ];
  const walk = 2 + sum(longestWalk);

  test('counts a walk over every state that a decided drop enters', () => {
    // Not the four other ends, nor the wait of a live capture.
    expect(longestWalk).toHaveLength(Object.keys(draft().States).length - 5);
  });

  test('stays within 200 events when Truora takes 300 s', () => {
    expect(walk + EVENTS_PER_RETRY * looksIn(300 + 30)).toBeLessThanOrEqual(200);
  });

  test('stays within 1,500 events when Truora takes six hours', () => {
    expect(walk + EVENTS_PER_RETRY * looksIn(SIX_HOURS + longest.graceSeconds)).toBeLessThanOrEqual(1500);
  });

  test('stays far below the 25,000 that end an execution, even with every retry used', () => {
    const retries = stepNames.flatMap(retriersOf).map(({ MaxAttempts = 3 }) => MaxAttempts);
    expect(2 + 12 * eventsOf.wait + EVENTS_PER_RETRY * sum(retries)).toBeLessThan(6000);
  });
});

describe('the time of an execution', () => {
  /** The longest a state can take, by its retry of everything. Seconds. */
  const worstOf = (state: string) => {
    const general = retriersOf(state).at(-1) ?? {};
    const { TimeoutSeconds } = stateIn(draft(), state);
    return sum(waitsOf(general)) + (waitsOf(general).length + 1) * Number(TimeoutSeconds);
  };

  test('suffices for the longest validation, with every retry of every other step used', () => {
    const before = ['ClaimRequest', 'CheckEnrollment', 'CreateValidation'].map(worstOf);
    // The longest sleep before the look that ends it, and that look itself.
    const waiting = SIX_HOURS + longest.graceSeconds + 60 + Number(stateIn(draft(), 'ReadVerdict').TimeoutSeconds);
    const after = ['RecordOutcome', 'RecordFailure'].map(worstOf);
    expect(sum(before) + waiting + sum(after)).toBeLessThan(MACHINE_SECONDS);
  });

  test('lets a run that waits for another owner wait as long as that owner may take', () => {
    const claimed = retriersOf('ClaimRequest').find(({ ErrorEquals }) => ErrorEquals.includes('ClaimedElsewhereError'));
    // Less the minutes in which the machine itself must still be able to say that it gave up.
    expect(sum(waitsOf(claimed ?? {}))).toBeGreaterThanOrEqual(MACHINE_SECONDS - 900);
    expect(sum(waitsOf(claimed ?? {}))).toBeLessThanOrEqual(MACHINE_SECONDS - 300);
  });

  test('of a function suffices for two calls to Truora, in case the key was rotated, and for an upload', () => {
    const slowest = 12;
    expect(Config.safeParse({ httpDeadlineSeconds: slowest }).success).toBe(true);
    expect(Config.safeParse({ httpDeadlineSeconds: slowest + 1 }).success).toBe(false);
    for (const name of ['CheckEnrollment', 'CreateValidation', 'ReadVerdict'] as const) {
      expect(functionSeconds[name], name).toBeGreaterThan(2 * slowest);
    }
    expect(functionSeconds.MoveMedia).toBeGreaterThan(6 * slowest);
  });

  test('gives a creation time to settle before it is read again', () => {
    const again = retriersOf('CreateValidation').at(-1);
    expect(Math.min(...waitsOf(again ?? {}))).toBeGreaterThanOrEqual(longest.httpDeadlineSeconds);
  });
});

test('the wait for a creation to settle holds two lost calls with their reads, at the longest possible window', () => {
  const longest = 300;
  expect(Config.safeParse({ settleSeconds: longest + 1 }).success).toBe(false);
  const { Retry = [] } = definition({ callbackTimeoutSeconds: 60 }).States.CreateValidation as TaskState;
  const retrier = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('CreationUnsettledError'));
  const { IntervalSeconds = 0, BackoffRate = 1, MaxDelaySeconds = 0, MaxAttempts = 0 } = retrier ?? {};
  // Full jitter takes half of each wait, on average.
  const waits = Array.from(
    { length: MaxAttempts },
    (_, n) => Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n) / 2,
  );
  const inAll = waits.reduce((sum, seconds) => sum + seconds, 0);
  // Two windows, half of one after each, and the longest wait of each of six entries.
  expect(inAll).toBeGreaterThan(3 * longest + 6 * MaxDelaySeconds);
  // A function that makes one call, once more with a rotated key, has time to spare for the ledger.
  const slowestCall = 2 * 12;
  expect(functionSeconds.CreateValidation).toBeGreaterThanOrEqual(slowestCall + 15);
});
