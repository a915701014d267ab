import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { job, logError } from '../../shared/lambda/job.ts';
import { context, errorOf } from '../support/journal.ts';

let lines: string[];

let numbers: string[];

beforeEach(() => {
  lines = [];
  numbers = [];
  process.env.METRICS_NAMESPACE = 'watch-test';
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    numbers.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  delete process.env.METRICS_NAMESPACE;
});

const failures = () => numbers.map((line) => JSON.parse(line).SweepFailures);

describe('watch', () => {
  it('hands over the event and the time that is left, and says what came of it', async () => {
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

  it('throws on what it cannot do at all, by its name and without its words, so that it is woken again', async () => {
    const handler = job('SweepLedger', async () => {
      throw new RangeError('person-7 is not there');
    });
    const error = await errorOf(Promise.resolve(handler({}, context)));
    expect(error).toMatchObject({ name: 'RangeError', message: 'unexpected: RangeError' });
    expect(failures()).toEqual([1]);
    expect(lines.join()).toContain('job.test.ts');
    expect(`${lines.join()}${error.stack}`).not.toContain('person-7');
  });

  it('makes an error of what is none', () => {
    expect(logError('SweepLedger', 'words')).toBeInstanceOf(TypeError);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'thrown', error: 'TypeError' });
  });
});
