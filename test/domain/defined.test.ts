import { describe, expect, test } from 'vitest';
import { defined } from '../../shared/domain/defined.ts';

type Case = { id: string; count?: number; kind?: 'drop' | 'call' };

type Either = { kind: 'drop'; key: string } | { kind: 'call'; name?: string };

const missing = (): undefined | string => undefined;

const none = missing() as number | undefined;

describe('defined', () => {
  test('drops the undefined fields and keeps every other value', () => {
    expect(Object.keys(defined({ a: undefined, b: null, c: 0, d: '', e: false }))).toEqual(['b', 'c', 'd', 'e']);
  });

  test('gives the type that the place of the call expects', async () => {
    const made: Case = defined({ id: 'x', count: none, kind: 'drop' });
    const asked = async (): Promise<Case> => defined({ id: 'x', count: none });
    const either: Either = defined({ kind: 'call', name: missing() });
    const inferred = defined({ id: 'x', count: none });
    const again: Case = inferred;
    const loose: object = defined({ anything: none });
    const entries: Record<string, unknown> = defined({ anything: none });
    expect([made, await asked(), either, again, loose, entries]).toEqual([
      { id: 'x', kind: 'drop' },
      { id: 'x' },
      { kind: 'call' },
      { id: 'x' },
      {},
      {},
    ]);
  });

  // The type check is the test: an error that is expected and missing fails it.
  test('does not compile with a misspelt, a missing or a wrong field', () => {
    const take = (one: Case) => one;
    // @ts-expect-error misspelt
    const misspelt: Case = defined({ id: 'x', cuont: 1 });
    // @ts-expect-error misspelt, and perhaps undefined
    const unknown: Case = defined({ id: 'x', cuont: none });
    // @ts-expect-error misspelt, as an argument
    take(defined({ id: 'x', cuont: 1 }));
    // @ts-expect-error misspelt, as the result of an asynchronous function
    const asked = async (): Promise<Case> => defined({ id: 'x', cuont: 1 });
    // @ts-expect-error misspelt, with the type named at the call
    const named = defined<Case>({ id: 'x', cuont: 1 });
    // @ts-expect-error in no member of the union
    const either: Either = defined({ kind: 'call', nmae: 'x' });
    // @ts-expect-error the id is missing
    const without: Case = defined({ count: 1 });
    // @ts-expect-error the id may be undefined
    const perhaps: Case = defined({ id: missing(), count: 1 });
    // @ts-expect-error of another type
    const wrong: Case = defined({ id: 1 });
    // @ts-expect-error no such value
    const value: Case = defined({ id: 'x', kind: 'other' });
    expect([misspelt, unknown, asked, named, either, without, perhaps, wrong, value]).toHaveLength(9);
  });
});
