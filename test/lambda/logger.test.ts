import { Logger } from '@aws-lambda-powertools/logger';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withRequestId } from '../../shared/lambda/invocation.ts';
import { type LogLine, log } from '../../shared/lambda/logger.ts';
import { anyCharacter } from '../support/any-text.ts';
import { context } from '../support/journal.ts';

let written: string[];

const { POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL, AWS_LAMBDA_LOG_LEVEL, _X_AMZN_TRACE_ID, ...others } =
  process.env;

beforeEach(() => {
  process.env = { ...others };
  written = [];
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-29T12:00:00.000Z') });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.env = { ...others, POWERTOOLS_SERVICE_NAME, POWERTOOLS_LOG_LEVEL, AWS_LAMBDA_LOG_LEVEL, _X_AMZN_TRACE_ID };
});

/** The one line that a call writes, as text without its line break. */
const lineOf = (line: LogLine, level: 'info' | 'warn' | 'error' = 'info'): string => {
  written = [];
  log(level, 'done', line);
  expect(written).toEqual([expect.stringMatching(/^[^\n]*\n$/)]);
  return String(written[0]).trimEnd();
};

test("writes Powertools' fields and those of the line, past the console that Lambda's JSON format would wrap", async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {
    throw new Error('wrapped');
  });
  process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1';
  const handler = withRequestId(async () =>
    JSON.parse(lineOf({ step: 'MoveMedia', error: 'X', milliseconds: 7 }, 'warn')),
  );
  expect(await handler(undefined, context)).toEqual({
    level: 'WARN',
    message: 'done',
    timestamp: '2026-11-29T12:00:00.000Z',
    service: 'face-revalidation',
    function_request_id: 'request-1',
    xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    step: 'MoveMedia',
    error: 'X',
    milliseconds: 7,
  });
});

test("has the same names as Powertools' own logger", async () => {
  const theirs: string[] = [];
  vi.spyOn(console, 'info').mockImplementation((line) => void theirs.push(String(line)));
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_SERVICE_NAME = 'ours';
  process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1';
  const logger = new Logger();
  logger.addContext({ ...context, memoryLimitInMB: '512' });
  logger.info('done');
  delete process.env.POWERTOOLS_DEV;
  const line = JSON.parse(theirs[0] ?? '') as Record<string, unknown>;
  const ours = await withRequestId(async () => JSON.parse(lineOf({ step: 'S' })))(undefined, context);
  const { step: _, timestamp, ...same } = ours;
  expect(line).toMatchObject(same);
  expect(new Date(String(line.timestamp)).toISOString()).toBe(timestamp);
});

test('keeps the request ids of two invocations apart that run at once', async () => {
  const handler = withRequestId(async (pause: Promise<void>) => {
    await pause;
    log('info', 'done', { step: 'S' });
  });
  let goOn = () => {};
  const first = handler(new Promise((resolve) => (goOn = resolve)), { ...context, awsRequestId: 'first' });
  await handler(Promise.resolve(), { ...context, awsRequestId: 'second' });
  goOn();
  await first;
  expect(written.map((line) => JSON.parse(line).function_request_id)).toEqual(['second', 'first']);
});

describe('the level', () => {
  const levelsWith = (variables: Record<string, string>) => {
    Object.assign(process.env, variables);
    written = [];
    for (const level of ['info', 'warn', 'error'] as const) log(level, 'done', { step: 'S' });
    return written.map((line) => JSON.parse(line).level);
  };

  test.each<[string, Record<string, string>, string[]]>([
    ['every level without a variable', {}, ['INFO', 'WARN', 'ERROR']],
    ['the level of the deployment and above', { POWERTOOLS_LOG_LEVEL: 'warn' }, ['WARN', 'ERROR']],
    ['what Lambda would keep', { AWS_LAMBDA_LOG_LEVEL: 'ERROR' }, ['ERROR']],
    ['the stricter of the two', { POWERTOOLS_LOG_LEVEL: 'ERROR', AWS_LAMBDA_LOG_LEVEL: 'INFO' }, ['ERROR']],
    ['the stricter of the two', { POWERTOOLS_LOG_LEVEL: 'DEBUG', AWS_LAMBDA_LOG_LEVEL: 'WARN' }, ['WARN', 'ERROR']],
    ["nothing of ours at Lambda's FATAL", { AWS_LAMBDA_LOG_LEVEL: 'FATAL' }, []],
    ['nothing at SILENT', { POWERTOOLS_LOG_LEVEL: 'SILENT' }, []],
    ['every level for an unknown word', { POWERTOOLS_LOG_LEVEL: 'LOUD' }, ['INFO', 'WARN', 'ERROR']],
  ])('writes %s: %o', (_, variables, levels) => {
    expect(levelsWith(variables)).toEqual(levels);
  });
});

test('leaves out what is undefined', () => {
  expect(JSON.parse(lineOf({ step: 'MoveMedia', revalidationId: undefined }))).not.toHaveProperty('revalidationId');
});

test('cuts a text that is too long for a reason or a name', () => {
  const { reason, step } = JSON.parse(lineOf({ step: 'S', reason: 'x'.repeat(1000) }));
  expect({ reason, step }).toEqual({ reason: 'x'.repeat(200), step: 'S' });
  expect(JSON.parse(lineOf({ step: 'x'.repeat(200) })).step).toHaveLength(200);
});

describe('a value', () => {
  test.each([
    ['a line break', 'a\nb\r\nc'],
    ['a line of its own', '"}\n{"level":"error","message":"forged"}'],
    ['a terminal sequence', '\u001b[31mred\u0007\u0000'],
  ])('with %s stays inside its line', (_, value) => {
    const line = lineOf({ step: value });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    expect(line).not.toMatch(/[\u0000-\u001f]/);
    expect(JSON.parse(line).step).toBe(value);
  });

  test.each([
    ['DEL', '\u007f'],
    ['NEL, a line break to some', '\u0085'],
    ['CSI, an escape to 8-bit terminals', '\u009b31m'],
    ['the line separator', '\u2028'],
    ['the paragraph separator', '\u2029'],
  ])('with %s stays inside its line', (_, value) => {
    const line = lineOf({ step: value });
    expect(line).not.toMatch(/[\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(line).step).toBe(value);
  });
});

test('writes exactly one line that parses, for any input', () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 400 });
  const line = fc.record(
    { step: text, revalidationId: text, error: text, reason: text, milliseconds: fc.double(), events: fc.integer() },
    { requiredKeys: ['step'] },
  );
  fc.assert(
    fc.property(line, (given) => {
      const one = lineOf(given);
      expect(one.split(/[\r\n]/)).toHaveLength(1);
      const parsed = JSON.parse(one);
      expect(parsed).toMatchObject({ level: 'INFO', message: 'done', step: given.step.slice(0, 200) });
      expect(one.length).toBeLessThan(4 * 200 * 12 + 500);
    }),
    { numRuns: 150 },
  );
});
