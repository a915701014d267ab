import { describe, expect, test } from 'vitest';
import { TruoraBusyError } from '../../shared/domain/errors.ts';
import {
  backOffOf,
  checkThrottle,
  dayOf,
  isBackOff,
  sharesOf,
  Throttle,
  throttled,
  unthrottled,
  waitForThrottle,
} from '../../shared/domain/throttle.ts';

const now = new Date('2026-11-23T10:00:00.000Z');

const LIMITED = { name: 'TruoraBusyError', reason: 'truora_rate_limited' };

const limited = (seconds?: number) => new TruoraBusyError('truora_rate_limited', 'wait', seconds);

describe('the time that an operator writes', () => {
  test.each<[unknown, string]>([
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000Z'],
    [' 2026-11-23T10:00:00.000Z ', '2026-11-23T10:00:00.000Z'],
    [1_795_428_000, '2026-11-23T10:00:00.000Z'],
    ['1795428000', '2026-11-23T10:00:00.000Z'],
    [' 1795428000 ', '2026-11-23T10:00:00.000Z'],
    ['1795428000.5', '2026-11-23T10:00:00.500Z'],
    [1_795_428_000_000, '2026-11-23T10:00:00.000Z'],
    ['1795428000000.25', '2026-11-23T10:00:00.000Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
  ])('of %j is %s', (written, notBefore) => {
    expect(Throttle.parse({ notBefore: written })).toEqual({ notBefore });
  });

  test.each([undefined, null, '', 'soon', 'NaN', '9e99', {}, '9999999999999999'])(
    'of %j throttles no call',
    (written) => {
      expect(Throttle.parse({ notBefore: written })).toEqual({});
    },
  );
});

describe('the switch', () => {
  test.each([undefined, null, '', ' ', 'false', 'No', ' OFF ', 'open', 0, '0', 'null', 'undefined', false])(
    'lets charged calls through with the value %j',
    (closed) => {
      expect(Throttle.parse({ closed })).toEqual({});
    },
  );

  test.each([true, 'true', 1, 'No more calls', 'opened'])('stops charged calls with the value %j', (closed) => {
    expect(Throttle.parse({ closed })).toEqual({ closed: String(closed) });
  });

  test('keeps the words of an operator without blanks around them', () => {
    expect(Throttle.parse({ closed: ' an incident ' })).toEqual({ closed: 'an incident' });
  });
});

describe('a 429', () => {
  test.each<[number | undefined, number]>([
    [undefined, 2],
    [0, 1],
    [-5, 1],
    [1, 1],
    [7, 7],
    [300, 300],
    [301, 300],
  ])('with a wait of %j s throttles all other calls for %i s', (asked, seconds) => {
    const notBefore = new Date(now.getTime() + seconds * 1000).toISOString();
    expect(backOffOf(asked, now)).toEqual({ set: { notBefore }, whileBelow: { notBefore } });
  });

  test('counts only when Truora answers it', () => {
    expect(isBackOff(limited())).toBe(true);
    expect(isBackOff(new TruoraBusyError('truora_unreachable', 'elsewhere'))).toBe(false);
    expect(isBackOff({ reason: 'truora_rate_limited' })).toBe(false);
  });
});

const throttleStoreOf = (throttle: Throttle = {}) => {
  const held: (number | undefined)[] = [];
  return { held, read: async () => throttle, backOff: async (seconds: number | undefined) => void held.push(seconds) };
};

describe('a call to Truora', () => {
  test('returns its answer and backs off for no other call', async () => {
    const store = throttleStoreOf();
    expect(await throttled(store, async () => 'answer')).toBe('answer');
    expect(await unthrottled(store, async () => 'answer')).toBe('answer');
    expect(store.held).toEqual([]);
  });

  test('backs off for all others after a 429, and throws it', async () => {
    const store = throttleStoreOf();
    const error = limited(9);
    await expect(throttled(store, () => Promise.reject(error))).rejects.toBe(error);
    expect(store.held).toEqual([9]);
  });

  test('does not back off after another error', async () => {
    const store = throttleStoreOf();
    const error = new TruoraBusyError('truora_unreachable', 'busy');
    await expect(unthrottled(store, () => Promise.reject(error))).rejects.toBe(error);
    expect(store.held).toEqual([]);
  });

  test('throws the error of Truora when the backoff cannot be stored', async () => {
    const error = limited();
    const store = { ...throttleStoreOf(), backOff: () => Promise.reject(new Error('no table')) };
    await expect(unthrottled(store, () => Promise.reject(error))).rejects.toBe(error);
  });

  test('waits while the throttle is backing off', async () => {
    let isAsked = false;
    const asking = throttled(throttleStoreOf({ notBefore: new Date(Date.now() + 60_000).toISOString() }), async () => {
      isAsked = true;
    });
    await expect(asking).rejects.toMatchObject(LIMITED);
    expect(isAsked).toBe(false);
  });
});

describe('the throttle', () => {
  test('lets no call through before its time, and every call from then on', () => {
    const notBefore = now.toISOString();
    for (const pass of [waitForThrottle, checkThrottle]) {
      expect(() => pass({ notBefore }, new Date(now.getTime() - 1))).toThrow(expect.objectContaining(LIMITED));
      expect(() => pass({ notBefore }, now)).not.toThrow();
      expect(() => pass({}, now)).not.toThrow();
    }
  });

  test('refuses a charged call while it is closed, and lets others through', () => {
    const closed = { closed: 'an incident', notBefore: new Date(now.getTime() - 1).toISOString() };
    const refused = expect.objectContaining({ name: 'SpendingRefusedError', reason: 'truora_closed' });
    expect(() => checkThrottle(closed, now)).toThrow(refused);
    expect(() => waitForThrottle(closed, now)).not.toThrow();
  });
});

describe('the counters of a budget', () => {
  test.each<[number, number, number, number]>([
    [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [1, 1, 1, 1],
    [9, 9, 1, 1],
    [10, 10, 1, 1],
    [25, 10, 2, 3],
    [200_000, 10, 20_000, 20_000],
    [200_001, 11, 18_181, 18_182],
  ])('of %i calls are %i, of %d to %d calls each', (budget, counters, least, most) => {
    const shares = sharesOf(budget);
    expect(shares).toHaveLength(counters);
    expect([Math.min(...shares), Math.max(...shares)]).toEqual([least, most]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(budget);
  });
});

test('counts a call on its day in UTC', () => {
  expect(dayOf(new Date('2026-11-23T23:59:59.999-05:00'))).toBe('2026-11-24');
});
