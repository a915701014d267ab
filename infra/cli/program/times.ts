import { UsageError } from './usage.ts';

const DAY_MS = 86_400_000;

const unitsMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: DAY_MS };

/** A part of the ledger by the time of the claim: from inclusive, to exclusive. */
export type Period = { from: string | undefined; to: string | undefined };

/**
 * The beginning of a day (UTC), some days later.
 * @param text such as `2026-11-30` or `today`
 * @throws UsageError
 */
export const dayOf = (flag: string, text: string | undefined, plus = 0): string | undefined => {
  if (text === undefined) return undefined;
  const day = text === 'today' ? new Date().toISOString().slice(0, 10) : text;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`${flag}: must be a day such as 2026-11-30, or today`);
  return new Date(at + plus * DAY_MS).toISOString();
};

/**
 * A time in the past.
 * @param text a day, a time such as `2026-11-30T10:00:00Z`, or a span before now such as `30m`, `2h` or `7d`
 * @throws UsageError
 */
export const timeOf = (flag: string, text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() - Number(count) * (unitsMs[unit] ?? 0)).toISOString();
  if (!text.includes('T')) {
    try {
      return dayOf(flag, text);
    } catch {
      throw new UsageError(`${flag}: must be a day, a time such as 2026-11-30T10:00:00Z, or a span such as 2h`);
    }
  }
  const at = new Date(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? text : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new UsageError(`${flag}: must be a time such as 2026-11-30T10:00:00Z`);
  return at.toISOString();
};
