import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definition } from '../../infra/workflow/definition.ts';
import { RevalidationRequest } from '../../shared/domain/request.ts';
import type { Outcome, Verdict } from '../../shared/domain/revalidation.ts';
import {
  checkOutput,
  Journal,
  type JournalEntry,
  readInput,
  type StepName,
  stepNames,
  steps,
} from '../../shared/workflow/contract.ts';
import { fileOf, routes } from '../../shared/workflow/functions.ts';
import { caughtOf, claimOf, journalOf } from '../support/journal.ts';

const outcome: Outcome = {
  revalidationId: 'RVL0123456789abcdef0123456789abcdef',
  status: 'approved',
  decidedBy: 'poll',
  decidedAt: '2026-11-23T12:00:00.000Z',
};

const caught = caughtOf('RequestInvalidError', 'consent_missing: it is');

/** A journal that holds every entry there is. */
const full = (): Journal => ({
  ...journalOf(),
  recording: claimOf().media,
  refusal: caught,
  failure: caught,
  repeat: caught,
  outcome,
});

const eventOf = (step: StepName, journal: Partial<Record<JournalEntry, unknown>>, more: object = {}) => ({
  executionId: 'arn:aws:states:::execution:one',
  journal,
  ...('token' in steps[step] ? { taskToken: 'a token' } : {}),
  ...more,
});

/** The steps that wait for their token. */
const waiting: readonly StepName[] = ['AwaitMedia', 'AwaitWebhook'];

const mayRead = (step: StepName): readonly JournalEntry[] => {
  const { mayRead = [] } = steps[step] as { mayRead?: readonly JournalEntry[] };
  return mayRead;
};

/** Every step with every entry it cannot do without. ClaimRequest accepts what is not checked yet as it comes. */
const needs = stepNames.flatMap((step) =>
  steps[step].reads.filter((entry) => entry !== 'request').map((entry): [StepName, JournalEntry] => [step, entry]),
);

const hopes = stepNames.flatMap((step) => mayRead(step).map((entry): [StepName, JournalEntry] => [step, entry]));

describe('the input of a step', () => {
  test.each(stepNames)('holds for %s what it reads, what it may read, and nothing else', (step) => {
    const journal = full();
    const { executionId, taskToken, ...entries } = readInput(step, eventOf(step, journal)) as Record<string, unknown>;
    const wanted = [...steps[step].reads, ...mayRead(step)];
    expect(entries).toEqual(Object.fromEntries(wanted.map((entry) => [entry, journal[entry]])));
    expect(executionId).toBe('arn:aws:states:::execution:one');
    expect(taskToken).toBe(waiting.includes(step) ? 'a token' : undefined);
  });

  test.each(needs)('fails for %s without %s', (step, entry) => {
    const { [entry]: _, ...journal } = full();
    expect(() => readInput(step, eventOf(step, journal))).toThrow();
  });

  test.each(needs)('fails for %s with a broken %s', (step, entry) => {
    expect(() => readInput(step, eventOf(step, { ...full(), [entry]: { status: 'nonsense' } }))).toThrow();
  });

  test.each(hopes)('may for %s lack %s, but not hold a broken one', (step, entry) => {
    const { [entry]: _, ...journal } = full();
    expect(readInput(step, eventOf(step, journal))).not.toHaveProperty(entry);
    expect(() => readInput(step, eventOf(step, { ...journal, [entry]: { status: 'nonsense' } }))).toThrow();
  });

  test.each(stepNames)('may hold for %s anything in entries that it does not read', (step) => {
    const wanted: readonly string[] = [...steps[step].reads, ...mayRead(step)];
    const broken = Object.fromEntries(
      Object.entries(full()).map(([entry, value]) => [entry, wanted.includes(entry) ? value : { v: 0 }]),
    );
    expect(() => readInput(step, eventOf(step, { ...broken, addedByALaterVersion: true } as object))).not.toThrow();
  });

  test('holds a token for the two steps that wait, which need one, and for no other step', () => {
    for (const step of waiting) {
      expect(() => readInput(step, eventOf(step, full(), { taskToken: undefined }))).toThrow(
        `${step} was called without a task token`,
      );
      expect(() => readInput(step, eventOf(step, full(), { taskToken: '' }))).toThrow();
    }
    expect(readInput('ReadVerdict', eventOf('ReadVerdict', full(), { taskToken: 'a token' }))).not.toHaveProperty(
      'taskToken',
    );
    expect(stepNames.filter((step) => 'token' in steps[step])).toEqual(waiting);
  });

  test.each([undefined, null, 'text', {}, { journal: {} }, { executionId: 'one' }, { executionId: '', journal: {} }])(
    'fails when it is %j',
    (event) => {
      expect(() => readInput('ClaimRequest', event)).toThrow();
    },
  );

  test('reaches ClaimRequest as any entry point passed it', () => {
    expect(readInput('ClaimRequest', eventOf('ClaimRequest', { request: '<nonsense>' }))).toEqual({
      request: '<nonsense>',
      executionId: 'arn:aws:states:::execution:one',
    });
  });
});

describe('the output of a step', () => {
  test.each(stepNames.filter((step) => !waiting.includes(step)))('holds for %s its one entry', (step) => {
    const entry = full()[steps[step].writes];
    expect(checkOutput(step, entry as never)).toEqual(entry);
    expect(() => checkOutput(step, { status: 'nonsense' } as never)).toThrow();
    expect(() => checkOutput(step, undefined as never)).toThrow();
  });

  test.each(waiting)('holds nothing for %s, which waits: the caller with the token gives it', (step) => {
    expect(checkOutput(step, { receivedAt: 'never' } as never)).toBeUndefined();
  });

  test('holds nothing that the entry does not have, such as an upload link', () => {
    const { validation } = full();
    const more = { ...validation, uploadLink: 'https://files.truora.com/secret' };
    expect(checkOutput('CreateValidation', more)).toStrictEqual(validation);
  });

  test('cannot be a verdict outside of the vocabulary', () => {
    const verdict: Verdict = { status: 'approved', decidedAt: '2026-11-23T12:00:00.000Z' };
    expect(checkOutput('ReadVerdict', verdict)).toEqual(verdict);
    expect(() => checkOutput('ReadVerdict', { ...verdict, status: 'success' as never })).toThrow();
    expect(() => checkOutput('ReadVerdict', { ...verdict, reason: 'somehow' as never })).toThrow();
    expect(() => checkOutput('ReadVerdict', { ...verdict, decidedAt: 'today' })).toThrow();
  });
});

describe('the entries of the journal', () => {
  test('come from a step or a catch, but for the request', () => {
    const { States } = definition({ callbackTimeoutSeconds: 60 });
    const caughtInto = Object.values(States).flatMap((state) =>
      state.Type === 'Task' ? (state.Catch ?? []).map(({ ResultPath }) => ResultPath?.replace('$.', '')) : [],
    );
    const written = new Set<unknown>([...stepNames.map((step) => steps[step].writes), ...caughtInto]);
    expect(Object.keys(Journal.shape).filter((entry) => !written.has(entry))).toEqual(['request']);
  });

  test('fit a normal run of every step into 8 KB, with the longest ids', () => {
    const journal = full();
    const long = {
      ...journal.claim,
      accountId: 'a'.repeat(128),
      enrollmentId: 'E'.repeat(128),
      reference: 'r'.repeat(128),
    };
    const media = { ...journal.claim.media, key: 'k'.repeat(1024), versionId: 'v'.repeat(1024) };
    expect(JSON.stringify({ ...journal, claim: { ...long, media } }).length).toBeLessThan(8192);
  });
});

describe('the journal of an execution that outlived a deploy', () => {
  const folder = join(import.meta.dirname, 'journals');
  const files = readdirSync(folder).map((file) => file.replace('.json', '') as StepName);
  const read = (step: StepName): { journal: Record<string, unknown> } =>
    JSON.parse(readFileSync(join(folder, `${step}.json`), 'utf8'));
  const verdict: Verdict = { status: 'approved', decidedAt: '2026-11-23T12:00:00.000Z' };

  test('exists for every step that can wait for longer than ten minutes', () => {
    const { States } = definition({ callbackTimeoutSeconds: 3600 });
    const waiting = stepNames.filter((step) => {
      const state = States[step];
      if (state?.Type !== 'Task') return false;
      const waits = state.Retry.map(
        ({ MaxAttempts, IntervalSeconds = 1, MaxDelaySeconds = IntervalSeconds }) => MaxAttempts * MaxDelaySeconds,
      );
      return Math.max(state.TimeoutSeconds, ...waits) > 600;
    });
    expect(files.sort()).toEqual(waiting.sort());
  });

  test.each(files)('passes %s', (step) => {
    const old = read(step);
    const { executionId: _, ...entries } = readInput(step, old) as Record<string, unknown>;
    expect(entries).toMatchObject(Object.fromEntries(steps[step].reads.map((entry) => [entry, old.journal[entry]])));
  });

  test.each(files.filter((step) => 'receipt' in read(step).journal))(
    'of %s is read by every step that may follow',
    (step) => {
      const { journal } = read(step);
      const later = { ...journal, verdict, failure: caught, notification: { receivedAt: verdict.decidedAt } };
      expect(readInput('ReadVerdict', eventOf('ReadVerdict', later)).claim).toEqual(journal.claim);
      expect(readInput('RecordOutcome', eventOf('RecordOutcome', later)).receipt).toEqual(journal.receipt);
      expect(readInput('RecordFailure', eventOf('RecordFailure', later)).validation).toEqual(journal.validation);
    },
  );

  test.each(files)('of %s holds a request that is still understood', (step) => {
    expect(RevalidationRequest.safeParse(read(step).journal.request)).toMatchObject({ success: true });
  });
});

describe('the file of a function', () => {
  test.each([
    ['ClaimRequest', 'claim-request'],
    ['ReceiveWebhook', 'receive-webhook'],
    ['Look', 'look'],
    ['', ''],
  ])('of the name %s is %s', (name, file) => {
    expect(fileOf(name)).toBe(file);
  });

  test('belongs to no other function', () => {
    const names = [...stepNames, ...Object.keys(routes)];
    expect(new Set(names.map(fileOf)).size).toBe(names.length);
  });
});
