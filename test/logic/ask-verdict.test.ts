import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { askVerdict, type VerdictSettings } from '../../shared/logic/ask-verdict.ts';
import { NOW, secondsAgo } from '../support/creation.ts';
import { claimOf, newValidationId, thrownBy } from '../support/journal.ts';
import { listen, truoraAt } from '../support/truora.ts';

const GRACE_SECONDS = 30;

/** The first moment after the grace of a deadline is one millisecond later. */
const JUST_IN_TIME = secondsAgo(GRACE_SECONDS);

const OVER = secondsAgo(GRACE_SECONDS, 1);

let server: Awaited<ReturnType<typeof listen>>;

let answer: { status: number; body: object };

let words: string[];

let backOffs: number;

let notBefore: string | undefined;

beforeAll(async () => {
  server = await listen((response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
});

afterAll(() => server.close());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
  server.heard.length = 0;
  words = [];
  backOffs = 0;
  notBefore = undefined;
});

afterEach(() => {
  vi.useRealTimers();
});

const claim = claimOf({ requested: {} });

/** Asks about a validation with this deadline, after Truora got these fields. */
const ask = (deadline: string, fields: object, more: Partial<VerdictSettings> = {}, status = 200) => {
  const validation = { validationId: newValidationId(), deadline };
  answer = { status, body: { validation_id: validation.validationId, account_id: claim.accountId, ...fields } };
  const settings: VerdictSettings = {
    truora: truoraAt(server.origin),
    throttle: {
      read: async () => (notBefore ? { notBefore } : {}),
      backOff: async () => {
        backOffs += 1;
      },
    },
    policies: { default: { minimumThreshold: 0.6 } },
    graceSeconds: GRACE_SECONDS,
    emitUnknownWord: (word) => words.push(word),
    ...more,
  };
  return askVerdict(settings, { claim, validation });
};

const declined = {
  validation_status: 'failure',
  type: 'face-recognition',
  failure_status: 'declined',
  declined_reason: 'risky_face_detected',
};

const pending = { validation_status: 'pending' };

const PENDING = { name: 'VerdictPendingError', reason: 'verdict_pending' };

describe('the question about a verdict', () => {
  test('gives the verdict of Truora, and counts no word', async () => {
    expect(await ask(NOW, declined)).toMatchObject({ status: 'declined' });
    expect(words).toEqual([]);
  });

  test('repeats while Truora has not decided, until the deadline and its grace are over', async () => {
    expect(await thrownBy(ask(JUST_IN_TIME, pending))).toEqual(PENDING);
    expect(await ask(OVER, pending)).toMatchObject({ status: 'expired' });
    expect(words).toEqual([]);
  });

  test('counts a status and a reason that are not documented', async () => {
    expect(await thrownBy(ask(NOW, { validation_status: 'reviewing' }))).toEqual(PENDING);
    expect(words).toEqual(['status']);
    expect(await ask(NOW, { ...declined, declined_reason: 'a_new_reason' })).toMatchObject({
      reason: 'unknown_reason',
    });
    expect(words).toEqual(['status', 'reason']);
  });

  test('waits while the throttle backs off, except after the deadline and its grace', async () => {
    notBefore = '2026-11-23T12:00:01.000Z';
    expect(await thrownBy(ask(JUST_IN_TIME, declined))).toMatchObject({ reason: 'truora_rate_limited' });
    expect(server.heard).toHaveLength(0);
    expect(await ask(OVER, declined)).toMatchObject({ status: 'declined' });
  });

  test('makes other runs wait after a 429, before and after the deadline', async () => {
    for (const deadline of [JUST_IN_TIME, OVER]) await thrownBy(ask(deadline, {}, {}, 429));
    expect(backOffs).toBe(2);
  });

  test('throws the error of Truora before the deadline, and one of its own after it', async () => {
    expect(await thrownBy(ask(JUST_IN_TIME, {}, {}, 503))).toMatchObject({ name: 'TruoraUncertainError' });
    const over = ask(OVER, {}, {}, 503);
    const unreachable = { name: 'VerdictUnreachableError', reason: 'truora_unreachable_at_deadline' };
    expect(await thrownBy(over)).toEqual(unreachable);
    await expect(over).rejects.toThrow(/: truora_\w+$/);
    const truora = { ...truoraAt(server.origin), key: () => Promise.reject(new TypeError('no key')) };
    await expect(ask(OVER, {}, { truora })).rejects.toThrow(/: unexpected$/);
  });

  test('reads a success again with its details where the first read has none', async () => {
    const success = { validation_status: 'success', type: 'face-recognition' };
    await ask(NOW, success);
    expect(server.heard.map(({ path = '' }) => path.includes('show_details=true'))).toEqual([false, true]);
  });
});
