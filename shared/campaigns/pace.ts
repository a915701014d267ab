import { SLOWEST } from './campaign.ts';

/** What decides the pace of a campaign. Times are milliseconds since 1970, paces rows a second. */
export type Paced = {
  askedPace: number;
  pace: number;
  refusedPace?: number | undefined;
  pacedAt: number;
  /** The back-off that the last cut counted; empty after a step. */
  countedBackOff?: string | undefined;
};

/** After a 429 the rows that have their turn, and the repeats of those that have begun, get 429s of the old pace. */
const REST_MS = 30_000;

/** A minute without a 429 adds a step. */
const QUIET_MS = 60_000;

/** Up to this part of the pace that Truora refused, the steps are large: it took as much before. */
const SAFE = 0.9;

/** A large step, and a small one beyond it that looks for the limit. Parts of the pace that was refused. */
const LARGE = 0.2;

const SMALL = 0.005;

export const intervalOf = (pace: number): number => Math.round(1000 / pace);

/**
 * The pace that Truora is taken to refuse. 429s that go on after a cut are of the rows before it and say nothing new. After a large step,
 * the pace before the step was quiet for a minute: it becomes the safe part.
 */
const refusedAt = ({ pace, refusedPace, countedBackOff }: Paced): number => {
  if (refusedPace === undefined) return pace;
  if (countedBackOff) return refusedPace;
  const quiet = pace - LARGE * refusedPace;
  return pace <= SAFE * refusedPace && quiet > 0 ? quiet / SAFE : pace;
};

/**
 * The pace after what the shared throttle says now. A 429 halves it; each quiet minute adds a step, up to the pace that was asked for.
 * Halving alone would use three quarters of Truora's limit on average; with large steps back to nine tenths of the refused pace and
 * small ones from there, a limit that stays is used for more than 85 % in the model of test/campaigns/pace.test.ts, and for less by whole campaigns.
 * @param notBefore until when Truora asked all runs to wait, if it did
 * @returns undefined where nothing changes
 */
export const nextPace = (paced: Paced, notBefore: string | undefined, now: number): Paced | undefined => {
  const { askedPace, pace, pacedAt, countedBackOff } = paced;
  const busyUntil = Date.parse(String(notBefore)) || 0;
  if (busyUntil > now) {
    if (notBefore === countedBackOff || now - pacedAt < REST_MS) return undefined;
    const refusedPace = refusedAt(paced);
    const halved = Math.max(SLOWEST, Math.min(pace, refusedPace) / 2);
    return { askedPace, pace: halved, refusedPace, pacedAt: now, countedBackOff: notBefore };
  }
  if (pace >= askedPace || now - Math.max(pacedAt, busyUntil) < QUIET_MS) return undefined;
  const refused = paced.refusedPace ?? askedPace;
  const safe = SAFE * refused;
  const larger = pace < safe ? Math.min(safe, pace + LARGE * refused) : pace + SMALL * refused;
  return { ...paced, pace: Math.min(askedPace, larger), pacedAt: now, countedBackOff: '' };
};
