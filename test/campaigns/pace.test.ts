import { describe, expect, test } from 'vitest';
import { nextPace, type Paced } from '../../shared/campaigns/pace.ts';

const MINUTE = 60_000;

const at = (ms: number) => new Date(ms).toISOString();

const start: Paced = { askedPace: 10, pace: 10, pacedAt: 0 };

describe('the pace', () => {
  test('halves at a 429, once for one back-off', () => {
    const notBefore = at(MINUTE + 2000);
    const halved = nextPace(start, notBefore, MINUTE);
    expect(halved).toEqual({ askedPace: 10, pace: 5, refusedPace: 10, pacedAt: MINUTE, countedBackOff: notBefore });
    const long = { ...start, ...halved, countedBackOff: at(9 * MINUTE) };
    expect(nextPace(long, at(9 * MINUTE), 3 * MINUTE)).toBeUndefined();
  });

  test('does not halve again for the calls of runs that had begun', () => {
    const halved = { ...start, pace: 5, pacedAt: MINUTE };
    expect(nextPace(halved, at(MINUTE + 40_000), MINUTE + 29_999)).toBeUndefined();
    expect(nextPace(halved, at(2 * MINUTE + 2000), 2 * MINUTE)?.pace).toBe(2.5);
  });

  test('adds no step in the minute after a back-off, though none is under way', () => {
    const halved = { ...start, pace: 5, refusedPace: 10 };
    expect(nextPace(halved, at(9 * MINUTE), 10 * MINUTE - 1)).toBeUndefined();
    expect(nextPace(halved, at(9 * MINUTE), 10 * MINUTE)?.pace).toBe(7);
  });

  test('returns after a step that was too large to the pace that was quiet, and not to that of the first 429', () => {
    const cut = nextPace({ ...start, pace: 8, refusedPace: 10, countedBackOff: '' }, at(MINUTE + 2000), MINUTE);
    expect([cut?.refusedPace?.toFixed(2), cut?.pace.toFixed(2)]).toEqual(['6.67', '3.33']);
    const again = nextPace({ ...start, ...cut }, at(3 * MINUTE + 2000), 3 * MINUTE);
    expect([again?.refusedPace?.toFixed(2), again?.pace.toFixed(2)]).toEqual(['6.67', '1.67']);
  });

  test('ignores a back-off that is over', () => {
    expect(nextPace(start, at(MINUTE - 1), MINUTE)).toBeUndefined();
  });

  test('grows by large steps to nine tenths of what was refused, and by small ones from there, each a quiet minute', () => {
    const paces = [];
    let paced: Paced = { ...start, pace: 5, refusedPace: 10 };
    for (let now = MINUTE; now <= 6 * MINUTE; now += MINUTE) {
      expect(nextPace(paced, undefined, now - 1)).toBeUndefined();
      paced = nextPace(paced, undefined, now) ?? paced;
      paces.push(Number(paced.pace.toFixed(2)));
    }
    expect(paces).toEqual([7, 9, 9.05, 9.1, 9.15, 9.2]);
  });

  test('never exceeds what was asked for', () => {
    const nearly = { ...start, pace: 9.98, refusedPace: 12 };
    expect(nextPace(nearly, undefined, MINUTE)?.pace).toBe(10);
    expect(nextPace({ ...nearly, pace: 10 }, undefined, MINUTE)).toBeUndefined();
  });

  test('uses more than 85 % of a limit that is not known, from any pace that was asked for', () => {
    for (const limit of [0.7, 3, 8.2, 40]) {
      let paced: Paced = { askedPace: 80, pace: 80, pacedAt: 0 };
      let used = 0;
      // Ten hours by the second; a pace above the limit is told to wait for two seconds.
      const seconds = 36_000;
      for (let second = 1; second <= seconds; second += 1) {
        const notBefore = paced.pace > limit ? at(second * 1000 + 2000) : undefined;
        paced = { ...paced, ...nextPace(paced, notBefore, second * 1000) };
        used += Math.min(limit, paced.pace);
      }
      expect(used / (seconds * limit)).toBeGreaterThan(0.85);
    }
  });
});
