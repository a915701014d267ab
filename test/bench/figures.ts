/** One line of the table: what was measured, and what it is held against. It judges no absolute time. */
export type Figure = {
  metric: string;
  what: string;
  value: number;
  unit: 'x' | '%' | 'ms' | 's' | 'count' | '/s' | 'KB' | 'MB' | 'USD';
  /** The 95th percentile of the repetitions, where there are any. */
  p95?: number;
  target?: { atMost: number } | { atLeast: number };
  /** What section 8 of the method names beside it. */
  reference?: string;
  raw?: number[];
};

export type Metric = (say: (line: string) => void) => Promise<Figure[]>;

/** The smallest value that so large a part of all is not above. */
export const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

export const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/**
 * Measures two sides in turn, ABBA, so that a machine that grows slower slows both.
 * @returns what each repetition took on either side, without the warm-up
 */
export const abba = async (
  a: () => Promise<number>,
  b: () => Promise<number>,
  { warmUp, repetitions }: { warmUp: number; repetitions: number },
): Promise<{ a: number[]; b: number[]; ratios: number[] }> => {
  const taken = { a: [] as number[], b: [] as number[] };
  for (let nth = -warmUp; nth < repetitions; nth += 1) {
    const order = nth % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
    for (const side of order) {
      const one = await (side === 'a' ? a() : b());
      if (nth >= 0) taken[side].push(one);
    }
  }
  return { ...taken, ratios: taken.a.map((one, nth) => one / (taken.b[nth] ?? Number.NaN)) };
};

export const holds = ({ value, target }: Figure): boolean | undefined =>
  target && ('atMost' in target ? value <= target.atMost : value >= target.atLeast);

/** A linear congruential generator: the same seed gives the same numbers on every machine. */
export const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return (seed + 0.5) / 2 ** 32;
};
