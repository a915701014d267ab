const DAY_MS = 86_400_000;

/** A time of the ledger for a person: UTC, in seconds. */
export const timeText = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

/** Only the time of the day, in seconds, where the day is said beside it. */
export const dayTimeText = (at: string): string => at.slice(11, 19);

/** Only the time of the day, with milliseconds, since steps take less than a second. */
export const clockText = (at: string): string => at.slice(11, 23);

export const secondsText = (seconds: number, locale: string): string => {
  const number = (value: number, digits: number) =>
    value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (seconds < 1) return `${number(seconds * 1000, 0)} ms`;
  if (seconds < 120) return `${number(seconds, 1)} s`;
  if (seconds < 7200) return `${number(seconds / 60, 1)} min`;
  return `${number(seconds / 3600, 1)} h`;
};

export const between = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

export const bytesText = (bytes: number, locale: string): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toLocaleString(locale, { maximumFractionDigits: 1 })} kB`
    : `${(bytes / 1e6).toLocaleString(locale, { maximumFractionDigits: 1 })} MB`;

export const percentText = (part: number, locale: string): string =>
  part.toLocaleString(locale, { style: 'percent', maximumFractionDigits: 1 });

/** A day, some days later. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
