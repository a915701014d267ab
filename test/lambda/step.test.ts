import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaGoneError, RequestInvalidError, TruoraBusyError } from '../../shared/domain/errors.ts';
import { step } from '../../shared/lambda/step.ts';
import type { Input } from '../../shared/workflow/contract.ts';
import { context, errorOf, eventOf, executionOf, journalOf } from '../support/journal.ts';

const CANARY = 'canary-7f3a';

let lines: string[];

beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line) => {
    lines.push(line);
  });
});

const logged = () => lines.map((line) => JSON.parse(line));

const journal = journalOf();

const event = (more: object = {}) => eventOf('ReadVerdict', { ...journal, ...more });

/** A step that throws, called with a good journal. */
const throwing = (thrown: () => unknown) =>
  errorOf(
    step('ReadVerdict', async () => {
      throw thrown();
    })(event(), context),
  );

/** Everything Lambda could write of an error: what it is, what it carries, and what they carry. */
const wholeOf = (error: Error) => {
  const parts = [...Object.getOwnPropertyNames(error), 'name', 'message', 'stack', 'cause'];
  return JSON.stringify(parts.map((part) => [part, String((error as unknown as Record<string, unknown>)[part])]));
};

describe('the input of a step', () => {
  test('holds the entries that the step reads, and the execution', async () => {
    const seen: Input<'ReadVerdict'>[] = [];
    await step('ReadVerdict', async (input) => {
      seen.push(input);
      return journal.verdict;
    })(event(), context);
    const { claim, validation } = journal;
    expect(seen).toEqual([{ claim, validation, executionId: executionOf('first') }]);
  });

  test('holds an optional entry only where it exists', async () => {
    const seen: Input<'RecordOutcome'>[] = [];
    const record = step('RecordOutcome', async (input) => {
      seen.push(input);
      return { ...journal.verdict, revalidationId: input.claim.revalidationId, decidedBy: 'poll' };
    });
    const { claim, validation, verdict, notification } = journal;
    await record(eventOf('RecordOutcome', { claim, validation, verdict }), context);
    await record(eventOf('RecordOutcome', { claim, validation, verdict, notification }), context);
    const executionId = executionOf('first');
    expect(seen).toEqual([
      { claim, validation, verdict, executionId },
      { claim, validation, verdict, notification, executionId },
    ]);
  });

  test('holds the task token of a step that waits', async () => {
    const seen: string[] = [];
    await step('AwaitWebhook', async ({ taskToken }) => {
      seen.push(taskToken);
      return undefined;
    })(eventOf('AwaitWebhook', journal, { taskToken: 'the-token' }), context);
    expect(seen).toEqual(['the-token']);
  });

  test('may hold anything beyond what the step reads, so that old journals stay readable', async () => {
    const old = { receipt: 'of another age', somethingNew: true };
    expect(await step('ReadVerdict', async () => journal.verdict)(event(old), context)).toEqual(journal.verdict);
  });

  test.each([
    ['no claim', eventOf('ReadVerdict', { validation: journal.validation })],
    ['a broken claim', event({ claim: { ...journal.claim, accountId: '..' } })],
    ['a broken validation', event({ validation: { ...journal.validation, deadline: 'soon' } })],
    ['no execution', { journal }],
    ['nothing', {}],
    ['undefined', undefined],
    ['a text', CANARY],
    ['null', null],
  ])('never reaches the step with %s', async (_, broken) => {
    const run = vi.fn(async () => journal.verdict);
    const error = await errorOf(step('ReadVerdict', run)(broken, context));
    expect(error).toMatchObject({ name: '$ZodError', message: 'unexpected: $ZodError' });
    expect(run).not.toHaveBeenCalled();
    expect(logged()).toMatchObject([{ message: 'thrown', step: 'ReadVerdict', error: '$ZodError' }]);
  });

  test('never reaches a step that waits without its token', async () => {
    const run = vi.fn(async () => undefined);
    const error = await errorOf(step('AwaitWebhook', run)(event(), context));
    expect(error).toMatchObject({ name: 'TypeError', message: 'unexpected: TypeError' });
    expect(run).not.toHaveBeenCalled();
  });

  test.each([
    ['breaks the contract', event({ claim: { ...journal.claim, requested: { [CANARY]: CANARY } } })],
    ['names a claim of its own', { claim: { revalidationId: CANARY } }],
    ['hides it deeper', { claim: { revalidationId: { [CANARY]: 1 } } }],
  ])('stays out of the log and the error when it %s', async (_, broken) => {
    const error = await errorOf(step('ReadVerdict', async () => journal.verdict)(broken, context));
    expect(wholeOf(error) + lines.join()).not.toContain(CANARY);
  });
});

describe('the output of a step', () => {
  test('holds the one entry', async () => {
    expect(await step('ReadVerdict', async () => journal.verdict)(event(), context)).toEqual(journal.verdict);
  });

  test('holds nothing outside of the contract', async () => {
    const more = { ...journal.verdict, uploadLink: CANARY };
    expect(await step('ReadVerdict', async () => more)(event(), context)).toEqual(journal.verdict);
  });

  test('fails when it breaks the contract', async () => {
    const broken = { ...journal.verdict, status: CANARY } as unknown as typeof journal.verdict;
    const error = await errorOf(step('ReadVerdict', async () => broken)(event(), context));
    expect(error).toMatchObject({ name: '$ZodError', message: 'unexpected: $ZodError' });
    expect(logged()).toMatchObject([{ message: 'thrown' }]);
    expect(wholeOf(error) + lines.join()).not.toContain(CANARY);
  });

  test('stays empty from a step that waits, for any return value', async () => {
    const parks = step('AwaitWebhook', async () => CANARY as unknown as undefined);
    expect(await parks(eventOf('AwaitWebhook', journal), context)).toBeUndefined();
  });

  test('gives one log line, without the entry', async () => {
    await step('ReadVerdict', async () => journal.verdict)(event(), context);
    expect(logged()).toEqual([
      {
        level: 'info',
        message: 'done',
        step: 'ReadVerdict',
        revalidationId: journal.claim.revalidationId,
        milliseconds: expect.any(Number),
      },
    ]);
  });
});

describe('a named error', () => {
  test.each([
    new MediaGoneError('media_gone', 'media: there is no such object'),
    new RequestInvalidError('consent_missing', 'x-amz-meta-user-authorized: must be true'),
    new TruoraBusyError('truora_rate_limited', 'Truora answered 429', 30),
  ])('keeps its name, its reason and its detail: $name', async (thrown) => {
    const error = await throwing(() => thrown);
    expect(error).toMatchObject({ name: thrown.name, message: thrown.message });
    expect(error.stack).toBe(`${thrown.name}: ${thrown.message}`);
    expect(logged()).toMatchObject([
      {
        message: 'thrown',
        step: 'ReadVerdict',
        revalidationId: journal.claim.revalidationId,
        error: thrown.name,
        reason: thrown.reason,
      },
    ]);
    expect(logged()[0]).not.toHaveProperty('detail');
  });
});

describe('an unexpected error', () => {
  const fallsDeep = (depth: number): never => {
    if (depth > 0) return fallsDeep(depth - 1);
    throw new RangeError(CANARY);
  };

  test('loses its message, and keeps its name and its place', async () => {
    const error = await throwing(() => new RangeError(CANARY));
    expect(error).toMatchObject({ name: 'RangeError', message: 'unexpected: RangeError' });
    expect(error.stack).toMatch(/^RangeError: unexpected: RangeError\n +at .*step\.test\.ts/);
    expect(logged()).toMatchObject([{ message: 'thrown', error: 'RangeError' }]);
    expect(logged()[0]).not.toHaveProperty('reason');
  });

  test('keeps eight frames at most', async () => {
    const error = await throwing(() => fallsDeep(20));
    const [, ...frames] = error.stack?.split('\n') ?? [];
    expect(frames).toHaveLength(8);
    for (const frame of frames) expect(frame).toMatch(/^ +at /);
  });

  test.each([
    ['in its message', () => new Error(CANARY)],
    ['on many lines', () => new Error(`one\n${CANARY}\nthree`)],
    ['on a line that looks like a frame', () => new Error(`one\n    at ${CANARY} (secret.ts:1:1)`)],
    ['in a message that looks like a reason', () => new Error(`connect: ${CANARY}`)],
    ['in its cause', () => new Error('outer', { cause: new Error(CANARY) })],
    ['in a field of its own', () => Object.assign(new Error('x'), { body: CANARY, $response: { body: CANARY } })],
    ['in one of many errors', () => new AggregateError([new Error(CANARY)], CANARY)],
    ['and is a text', () => CANARY],
    ['and is a plain object', () => ({ message: CANARY, stack: `x\n${CANARY}` })],
  ])('appears with nothing of its text in the log or in what is thrown: %s', async (_, thrown) => {
    const error = await throwing(thrown);
    expect(wholeOf(error) + lines.join()).not.toContain(CANARY);
  });

  test('carries nothing that middy or other code adds', async () => {
    const error = await throwing(() => Object.assign(new Error('x', { cause: new Error(CANARY) }), { extra: CANARY }));
    expect(Object.getOwnPropertyNames(error).toSorted()).toEqual(['message', 'name', 'stack']);
  });

  test.each([['a text'], [undefined], [null], [{}]])('gets a name even if %o was thrown', async (thrown) => {
    const error = await throwing(() => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toMatch(/^[A-Za-z]+$/);
  });

  test('gives one line in the log', async () => {
    await throwing(() => new Error('a\nb'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
  });
});
