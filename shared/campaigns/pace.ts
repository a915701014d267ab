import { SLOWEST } from './campaign.ts';

/** What decides the pace of a campaign. Times are milliseconds since 1970, paces rows a second. */
export type Paced = {
  askedPace: number;
  pace: number;
  refusedPace?: number | undefined;
  pacedAt: number;
  countedBackOff?: string | undefined;
};

/**
 * After a 429 the runs that have begun repeat their calls for up to a minute and are told to wait again: those 429 are of the old pace.
 */
const REST_MS = 60_000;

/** A minute without a 429 adds a step. */
const QUIET_MS = 60_000;

/** Up to this part of the pace that Truora refused, the steps are large: it took as much before. */
const SAFE = 0.9;

/** A large step, and a small one beyond it that looks for the limit. Parts of the pace that was refused. */
const LARGE = 0.2;

const SMALL = 0.01;

export const intervalOf = (pace: number): number => Math.round(1000 / pace);

/**
 * The pace after what the shared throttle says now. A 429 halves it; each quiet minute adds a step, up to the pace that was asked for.
 * Halving alone would use three quarters of Truora's limit on average; with large steps back to nine tenths of the refused pace and
 * small ones from there, a limit that stays is used for more than 85 % (test/campaigns/pace.test.ts).
 * @param notBefore until when Truora asked all runs to wait, if it did
 * @returns undefined where nothing changes
 */
export const nextPace = (paced: Paced, notBefore: string | undefined, now: number): Paced | undefined => {
  const { askedPace, pace, refusedPace, pacedAt, countedBackOff } = paced;
  const isBackingOff = Date.parse(String(notBefore)) > now;
  if (isBackingOff) {
    if (notBefore === countedBackOff || now - pacedAt < REST_MS) return undefined;
    return { askedPace, pace: Math.max(SLOWEST, pace / 2), refusedPace: pace, pacedAt: now, countedBackOff: notBefore };
  }
  if (pace >= askedPace || now - pacedAt < QUIET_MS) return undefined;
  const refused = refusedPace ?? askedPace;
  const safe = SAFE * refused;
  const larger = pace < safe ? Math.min(safe, pace + LARGE * refused) : pace + SMALL * refused;
  return { ...paced, pace: Math.min(askedPace, larger), pacedAt: now };
};
