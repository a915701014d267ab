import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { job, logError } from '../../shared/lambda/job.ts';
import { context, errorOf } from '../support/journal.ts';
import { keepLog } from '../support/log-lines.ts';

let lines: string[];

let numbers: Record<string, unknown>[];

beforeEach(() => {
  lines = [];
  numbers = [];
  process.env.METRICS_NAMESPACE = 'watch-test';
  keepLog(lines, (metric) => numbers.push(metric));
});

afterEach(() => {
  vi.restoreAllMocks();
  delete process.env.METRICS_NAMESPACE;
});

const failures = () => numbers.map(({ SweepFailures }) => SweepFailures);

describe('job', () => {
  test('passes the event and the remaining time, and logs the result', async () => {
    const seen: unknown[] = [];
    const handler = job('SweepLedger', async ({ event, remainingMs }) => {
      seen.push(event, remainingMs());
      return { seen: 3, failed: 1 };
    });
    await handler({ source: 'aws.events' }, context);
    expect(seen).toEqual([{ source: 'aws.events' }, 60_000]);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'done', step: 'SweepLedger', seen: 3, failed: 1 },
    ]);
    expect(failures()).toEqual([1]);
  });

  test('throws an error by its name without its text, so that it runs again', async () => {
    const handler = job('SweepLedger', async () => {
      throw new RangeError('person-7 is not there');
    });
    const error = await errorOf(Promise.resolve(handler({}, context)));
    expect(error).toMatchObject({ name: 'RangeError', message: 'unexpected: RangeError' });
    expect(failures()).toEqual([1]);
    expect(lines.join()).toContain('job.test.ts');
    expect(`${lines.join()}${error.stack}`).not.toContain('person-7');
  });

  test('throws an error for a value that is none', () => {
    expect(logError('SweepLedger', 'words')).toBeInstanceOf(TypeError);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'thrown', error: 'TypeError' });
  });
});
