import { describe, expect, test } from 'vitest';
import { nextPace, type Paced } from '../../shared/campaigns/pace.ts';

const SECOND = 1000;

const MINUTE = 60 * SECOND;

const at = (ms: number) => new Date(ms).toISOString();

const start: Paced = { askedPace: 10, pace: 10, pacedAt: 0 };

/** The pace after so long a time of quiet, asked for each second. */
const quietFor = (paced: Paced, from: number, ms: number): Paced => {
  let now = paced;
  for (let time = from; time <= from + ms; time += SECOND) now = nextPace(now, undefined, time) ?? now;
  return now;
};

describe('the pace', () => {
  test('loses a quarter at the first 429, and begins three seconds after the time that Truora asked for', () => {
    const begins = MINUTE + 5 * SECOND;
    expect(nextPace(start, at(MINUTE + 2 * SECOND), MINUTE)).toEqual({
      askedPace: 10,
      pace: 7.5,
      pacedAt: begins,
      cutAt: begins,
    });
  });

  test('loses a tenth at a 429 after half a quiet minute, and a quarter at one before it', () => {
    const cut = { ...start, cutAt: 0 };
    expect(nextPace(cut, at(MINUTE), 30 * SECOND)?.pace).toBe(9);
    expect(nextPace(cut, at(MINUTE), 30 * SECOND - 1)?.pace).toBe(7.5);
  });

  test('is cut once by all 429s that come before it has begun, for as long as they go on', () => {
    let paced = nextPace(start, at(MINUTE + 2 * SECOND), MINUTE) ?? start;
    for (let now = MINUTE + SECOND; now < 15 * MINUTE; now += SECOND)
      paced = nextPace(paced, at(now + 2 * SECOND), now) ?? paced;
    expect(paced).toMatchObject({ pace: 7.5, pacedAt: 15 * MINUTE - SECOND + 5 * SECOND, cutAt: MINUTE + 5 * SECOND });
    expect(nextPace(paced, at(15 * MINUTE), 15 * MINUTE - SECOND)).toBeUndefined();
  });

  test('is never lower than the slowest one', () => {
    expect(nextPace({ ...start, pace: 0.011 }, at(MINUTE), 0)?.pace).toBe(0.01);
  });

  test('ignores a back-off that is over', () => {
    expect(nextPace(start, at(MINUTE - 1), MINUTE)).toBeUndefined();
  });

  test('gains a hundredth after ten quiet seconds, and no sooner', () => {
    const cut = { ...start, pace: 5, cutAt: 0 };
    expect(nextPace(cut, undefined, 10 * SECOND - 1)).toBeUndefined();
    expect(nextPace(cut, undefined, 10 * SECOND)).toEqual({ ...cut, pace: 5.05, pacedAt: 10 * SECOND });
  });

  test('gains more the longer Truora refuses nothing: a tenth in two minutes, and ten times as much in half an hour', () => {
    const cut = { ...start, askedPace: 80, pace: 5, cutAt: 0 };
    expect(quietFor(cut, 0, 2 * MINUTE).pace / 5).toBeCloseTo(1.13, 1);
    expect(quietFor(cut, 0, 30 * MINUTE).pace).toBeGreaterThan(50);
  });

  test('never exceeds what was asked for', () => {
    const nearly = { ...start, pace: 9.98 };
    expect(nextPace(nearly, undefined, MINUTE)?.pace).toBe(10);
    expect(nextPace({ ...nearly, pace: 10 }, undefined, MINUTE)).toBeUndefined();
  });

  test('uses more than 85 % of a limit that is not known, from any pace that was asked for', () => {
    for (const limit of [0.7, 3, 8.2, 40]) {
      let paced: Paced = { askedPace: 80, pace: 80, pacedAt: 0 };
      let used = 0;
      // Three hours by the second. A pace above the limit is told to wait for two seconds, and rows that were held are not made up for.
      const seconds = 10_800;
      for (let second = 1; second <= seconds; second += 1) {
        const now = second * SECOND;
        const begins = now >= paced.pacedAt;
        if (begins) used += Math.min(limit, paced.pace);
        const notBefore = begins && paced.pace > limit ? at(now + 2 * SECOND) : undefined;
        paced = nextPace(paced, notBefore, now) ?? paced;
      }
      expect(used / (seconds * limit)).toBeGreaterThan(0.85);
    }
  });
});
