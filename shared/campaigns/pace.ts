import { SLOWEST } from './campaign.ts';

/** What decides the pace of a campaign. Times are milliseconds since 1970, paces rows a second. */
export type Paced = {
  askedPace: number;
  pace: number;
  /** When the pace began, or will begin: after a cut no turn lies before it. */
  pacedAt: number;
  /** When the pace of the last cut began. */
  cutAt?: number | undefined;
};

/**
 * No turn lies within this time after the last 429: the rows that had their turn before it begin meanwhile, in the place of new ones.
 * It is longer than `WINDOW_MS` of turn.ts, so that no turn of the old pace is left. Milliseconds.
 */
const HOLD_MS = 3000;

/** What a cut leaves of the pace, and what one leaves that follows a cut before the pace was quiet for `TRIED_MS`. */
const CUT = 0.9;

const DEEP_CUT = 0.75;

const TRIED_MS = 30_000;

/** Ten quiet seconds add a hundredth of the pace. Two minutes after a cut the step begins to grow with the time since it. */
const QUIET_MS = 10_000;

const STEP = 0.01;

const NEAR_MS = 120_000;

export const intervalOf = (pace: number): number => Math.round(1000 / pace);

/**
 * The pace after what the shared throttle says now. A 429 takes a tenth of it; 429s before the pace has begun are of rows before the cut,
 * and only move its beginning. Quiet time raises it, up to what was asked for: slowly near the last cut, where Truora's limit is, and
 * faster the longer Truora refuses nothing. A limit that stays is used for nine tenths (measured: test/campaigns/simulate.ts). Halving
 * used less than half of it in short campaigns, and remembering the pace that was refused, as CUBIC does, used no more than this.
 * @param notBefore until when Truora asked all runs to wait, if it did
 * @returns undefined where nothing changes
 */
export const nextPace = (paced: Paced, notBefore: string | undefined, now: number): Paced | undefined => {
  const { askedPace, pace, pacedAt, cutAt } = paced;
  const busyUntil = Date.parse(String(notBefore)) || 0;
  if (busyUntil > now) {
    const from = busyUntil + HOLD_MS;
    if (now < pacedAt) return from > pacedAt ? { ...paced, pacedAt: from } : undefined;
    const isTried = cutAt !== undefined && now - cutAt >= TRIED_MS;
    return { askedPace, pace: Math.max(SLOWEST, pace * (isTried ? CUT : DEEP_CUT)), pacedAt: from, cutAt: from };
  }
  if (pace >= askedPace || now - pacedAt < QUIET_MS) return undefined;
  const step = STEP * Math.max(1, (now - (cutAt ?? pacedAt)) / NEAR_MS);
  return { ...paced, pace: Math.min(askedPace, pace * (1 + step)), pacedAt: now };
};
