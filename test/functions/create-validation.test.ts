import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import { openIntent, readLink } from '../../shared/aws/intents.ts';
import { claim as claimRecord, recordOutcome } from '../../shared/aws/ledger.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { envKeys } from '../../shared/lambda/env.ts';
import {
  type Asked,
  deadOrigin,
  type Fate,
  type House,
  type Line,
  openHouse,
  type Said,
  standIn,
} from '../support/house.ts';
import {
  claimOf,
  context,
  errorOf,
  eventOf,
  executionOf,
  newPerson,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';

const OURS = executionOf('ours');
const UNCONFIRMED = { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' };
const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

let house: House;
beforeAll(async () => {
  house = await openHouse('CreateValidation', { truora: true });
});
afterAll(() => house.close());

const closers: (() => Promise<void>)[] = [];
beforeEach(() => {
  house.fate();
  house.calls.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = house.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  for (const close of closers.splice(0)) await close();
});

const creating = (claim: Claim, executionId = OURS) =>
  handler(eventOf('CreateValidation', { claim }, { executionId }), context);

/** A claimed request of somebody to whom the sandbox tells the story of that suffix. */
const claimed = async (suffix = '', more: Partial<Claim> = {}) => {
  const person = newPerson(suffix);
  await house.enroll(person);
  const claim = claimOf({ ...person, ...more });
  await claimRecord(house.ledger, claim, OURS);
  return claim;
};

const intentOf = ({ accountId }: Claim) => house.item(`ACC#${accountId}`);
const recordOf = ({ revalidationId }: Claim) => house.item(`RUN#${revalidationId}`);
/** Whether an intent is none, open, or has its answer. */
const intentWord = async (claim: Claim) => {
  const intent = await intentOf(claim);
  return intent ? ('created' in intent ? 'answered' : 'open') : 'none';
};

/** What the sandbox has charged from now on. */
const charging = () => {
  const before = house.sandbox.counts();
  return () => {
    const now = house.sandbox.counts();
    return { creates: now.creates - before.creates, charges: now.charges - before.charges };
  };
};

const answerFor = (accountId: string, more: object = {}): { status: number; body: Record<string, unknown> } => ({
  status: 200,
  body: {
    validation_id: newValidationId(),
    account_id: accountId,
    threshold: 0.65,
    instructions: { file_upload_link: 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary' },
    ...more,
  },
});
const goodFor = ({ form }: Asked): Said => answerFor(form.get('account_id') ?? '');

const keyOf = ({ headers }: Asked) => headers['truora-api-key'];

/** Puts somebody else in Truora's place until the test is over. */
const scripted = async (...script: Line[]) => {
  const truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
  closers.push(truora.close);
  return truora;
};

describe('on a good day', () => {
  it('creates a validation, once, and remembers all of it', async () => {
    const counts = charging();
    const claim = await claimed();
    const validation = await creating(claim);
    expect(validation).toEqual({
      validationId: expect.stringMatching(/^VLD/),
      deadline: expect.stringMatching(/Z$/),
      threshold: 0.7,
    });
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    const { validationId, ...used } = validation;
    expect(await recordOf(claim)).toMatchObject({ phase: 'created', validationId, used, requested: claim.requested });
    expect(await house.item(`VLD#${validationId}`)).toMatchObject({
      revalidationId: claim.revalidationId,
      deadline: validation.deadline,
    });
    expect(await readLink(house.table, validationId)).toMatch(`${house.sandbox.origin}/u/${validationId}?Expires=`);
    expect(await intentWord(claim)).toBe('none');
  });

  it('takes the deadline from the upload link', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { deadline } = await creating(await claimed('', { requested: { timeoutSeconds: 90 } }));
    const seconds = Date.parse(deadline) / 1000 - before;
    expect(seconds).toBeGreaterThanOrEqual(90);
    expect(seconds).toBeLessThan(95);
  });

  it('finds a link that stands where enrollments have theirs', async () => {
    const claim = await claimed('-link-on-top');
    const { validationId } = await creating(claim);
    expect(await readLink(house.table, validationId)).toContain(validationId);
  });

  it('sends what was asked for, and nothing that was not', async () => {
    const { asked } = await scripted(goodFor);
    const plain = await claimed('', { requested: {} });
    await creating(plain);
    const full = await claimed('', {
      requested: { threshold: 0.8, liveness: 'passive', retryOf: 'VLD1', timeoutSeconds: 60 },
    });
    await creating(full);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(2).fill('POST /v1/validations'));
    expect(asked.map(keyOf)).toEqual(['truora-key', 'truora-key']);
    expect(asked.map(({ form }) => form.toString())).toEqual([
      `type=face-recognition&user_authorized=true&account_id=${plain.accountId}`,
      `type=face-recognition&user_authorized=true&account_id=${full.accountId}&threshold=0.8` +
        '&subvalidations=passive_liveness&subvalidations=similarity&retry_of_id=VLD1&timeout=60',
    ]);
  });

  it('writes the intent before the charged call, and nothing else', async () => {
    const claim = await claimed();
    let standing: Record<string, unknown>[] = [];
    await scripted(async (asked) => {
      standing = (await house.items()).filter((item) => JSON.stringify(item).includes(claim.revalidationId));
      return goodFor(asked);
    });
    await creating(claim);
    expect(standing).toHaveLength(2);
    expect(standing).toContainEqual({
      pk: `ACC#${claim.accountId}`,
      revalidationId: claim.revalidationId,
      openedAt: expect.any(String),
    });
    expect(standing).toContainEqual(expect.objectContaining({ phase: 'claimed' }));
  });

  it("keeps Truora's answer in its very first write after the call", async () => {
    const claim = await claimed();
    await scripted((asked) => {
      house.calls.length = 0;
      return goodFor(asked);
    });
    const { validationId } = await creating(claim);
    expect(house.calls[0]).toMatchObject({
      operation: 'UpdateItem',
      input: { Key: { pk: { S: `ACC#${claim.accountId}` } } },
    });
    expect(JSON.stringify(house.calls[0])).toContain(validationId);
  });
});

describe('the upload link, a bearer secret,', () => {
  it('is neither in what the machine gets nor on the record, and stands on its own item alone', async () => {
    const claim = await claimed();
    const validation = await creating(claim);
    const link = (await readLink(house.table, validation.validationId)) ?? '';
    const signature = new URL(link).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(JSON.stringify(validation)).not.toContain(signature);
    const holders = (await house.items()).filter((item) => JSON.stringify(item).includes(signature));
    expect(holders.map(({ pk }) => pk)).toEqual([`LINK#${validation.validationId}`]);
  });

  it('is in no line of the log and in no error', async () => {
    const claim = await claimed();
    house.fate(({ input }) => (JSON.stringify(input).includes('LINK#') ? 'lost' : 'through'));
    const { message, stack } = await errorOf(creating(claim));
    const created = (await intentOf(claim))?.created as { uploadLink: string };
    const signature = new URL(created.uploadLink).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(`${message} ${stack} ${house.lines.join()}`).not.toContain(signature);
  });
});

describe('the repeat', () => {
  it('gives back the same validation and does nothing else', async () => {
    const counts = charging();
    const claim = await claimed();
    const first = await creating(claim);
    const items = await house.items();
    house.calls.length = 0;
    expect(await creating(claim)).toEqual(first);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    // A delete that finds nothing to delete would be none.
    expect(await house.items()).toEqual(items);
  });

  it('of many at once never charges twice', async () => {
    const counts = charging();
    const claim = await claimed();
    const runs = await Promise.allSettled(Array.from({ length: 6 }, () => creating(claim)));
    const made = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ validationId }) => validationId)).size).toBe(1);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason.name).toMatch(/^Creation(Unsettled|Unconfirmed)Error$/);
    }
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });
});

describe('a crash', () => {
  /** Every durable write of a creation, in order, and what a re-entry finds when that write is lost, or only its answer. */
  const writes: { write: string; lost: 'same' | 'unconfirmed'; answerLost: 'same' | 'unconfirmed' | 'unasked' }[] = [
    // Nobody can know any more that Truora was not asked yet.
    { write: 'the intent', lost: 'same', answerLost: 'unasked' },
    // The id was only ever in the memory of the function that died.
    { write: 'the answer on the intent', lost: 'unconfirmed', answerLost: 'same' },
    { write: 'the binding', lost: 'same', answerLost: 'same' },
    { write: 'the link', lost: 'same', answerLost: 'same' },
    { write: 'the record', lost: 'same', answerLost: 'same' },
    { write: 'the closing of the intent', lost: 'same', answerLost: 'same' },
  ];

  it('can happen at as many writes as there are', async () => {
    await creating(await claimed());
    // The claim itself is the first.
    expect(
      house
        .writes()
        .map(({ operation }) => operation)
        .slice(1),
    ).toEqual(['PutItem', 'UpdateItem', 'PutItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
    expect(writes).toHaveLength(6);
  });

  const crash = async (nth: number, fate: Fate) => {
    const counts = charging();
    const claim = await claimed();
    house.fateOfWrite(nth, fate);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    house.fate();
    return { claim, counts };
  };

  const kept = writes.flatMap(({ write, lost, answerLost }, n) => [
    ...(lost === 'same' ? [{ write, nth: n + 1, fate: 'lost' as const }] : []),
    ...(answerLost === 'same' ? [{ write, nth: n + 1, fate: 'answer lost' as const }] : []),
  ]);

  it.each(kept)(
    'at the write of $write ($fate) costs nothing: re-entry ends with one charge',
    async ({ nth, fate }) => {
      const { claim, counts } = await crash(nth, fate);
      const intent = (await intentOf(claim)) as { created?: { validationId: string } } | undefined;
      const validation = await creating(claim);
      if (intent?.created) expect(validation.validationId).toBe(intent.created.validationId);
      expect(await creating(claim)).toEqual(validation);
      expect(counts()).toEqual({ creates: 1, charges: 1 });
      const { validationId, ...used } = validation;
      expect(await recordOf(claim)).toMatchObject({ phase: 'created', validationId, used });
      expect(await house.item(`VLD#${validationId}`)).toMatchObject({ revalidationId: claim.revalidationId });
      expect(await readLink(house.table, validationId)).toContain(validationId);
    },
  );

  it.each(kept)('at the write of $write ($fate) leaves no intent open behind it', async ({ nth, fate }) => {
    const { claim } = await crash(nth, fate);
    await creating(claim);
    expect(await intentWord(claim)).toBe('none');
    // Another media of the same person is free to go on.
    const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
    await claimRecord(house.ledger, next, OURS);
    expect(await creating(next)).toMatchObject({ validationId: expect.stringMatching(/^VLD/) });
  });

  it('between the call and the keeping of its answer is never paid for twice', async () => {
    const { claim, counts } = await crash(2, 'lost');
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await intentWord(claim)).toBe('open');
  });

  it('between the intent and the call is not told from one after the call', async () => {
    const { claim, counts } = await crash(1, 'answer lost');
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 0, charges: 0 });
  });

  it.each([1, 2, 3, 4, 5])(
    'at each of two writes, the second being %i after re-entry, is still one charge',
    async (again) => {
      const { claim, counts } = await crash(3, 'lost');
      house.fateOfWrite(again, 'lost');
      await creating(claim).catch(() => {});
      house.fate();
      const validation = await creating(claim);
      expect(await creating(claim)).toEqual(validation);
      expect(counts()).toEqual({ creates: 1, charges: 1 });
    },
  );

  it('of a variable that is missing comes before the intent, not after it', async () => {
    for (const key of envKeys.CreateValidation.filter((name) => name.startsWith('TRUORA') || name.startsWith('HTTP'))) {
      const claim = await claimed();
      const value = process.env[key] ?? '';
      delete process.env[key];
      try {
        expect(await thrownBy(creating(claim))).toMatchObject({ name: 'TypeError' });
      } finally {
        process.env[key] = value;
      }
      expect({ key, intent: await intentWord(claim) }).toEqual({ key, intent: 'none' });
    }
  });
});

describe('what may have been created', () => {
  it.each([
    ['-create-hung', 1],
    ['-create-down', 0],
    ['-create-lost', 1],
    ['-create-malformed', 1],
    ['-no-link', 1],
    ['-create-other-account', 1],
  ])('is never asked for a second time: %s', async (suffix, charges) => {
    if (suffix === '-create-hung') process.env.HTTP_DEADLINE_SECONDS = '1';
    const counts = charging();
    const claim = await claimed(suffix);
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 1, charges });
    expect(await intentWord(claim)).toBe('open');
    expect(await recordOf(claim)).toMatchObject({ phase: 'claimed' });
  });

  it.each<[string, (asked: Asked) => Said]>([
    ['408', () => ({ status: 408 })],
    ['502 of a load balancer', () => ({ status: 502, body: '<html>' })],
    ['503', () => ({ status: 503 })],
    ['504', () => ({ status: 504 })],
    ['a redirect', () => ({ status: 307, headers: { location: '/v1/validations' } })],
    ['an answer cut off', () => 'cut off'],
    ['an empty answer', () => ({ status: 200, body: '' })],
    ['half a JSON', () => ({ status: 201, body: '{"validation_id":"VLD' })],
    ['an answer of a megabyte', () => ({ status: 200, body: 'x'.repeat(1_000_000) })],
    ['an id that is none', ({ form }) => answerFor(form.get('account_id') ?? '', { validation_id: '../x' })],
    ['no id', ({ form }) => answerFor(form.get('account_id') ?? '', { validation_id: undefined })],
    [
      'an empty link',
      ({ form }) => answerFor(form.get('account_id') ?? '', { instructions: { file_upload_link: '' } }),
    ],
  ])('is never asked for a second time: %s', async (_, said) => {
    const { asked } = await scripted(said);
    const claim = await claimed();
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(asked).toHaveLength(1);
    expect(await intentWord(claim)).toBe('open');
  });

  const link = (query: string) => ({ instructions: { file_upload_link: `https://files.truora.com/u/x?${query}` } });
  it.each([
    ['ends in the year 11476', 'Expires=300000000000'],
    ['ends beyond all dates', 'Expires=8640000000001'],
    ['lives longer than dates do', 'X-Amz-Date=20260101T000000Z&X-Amz-Expires=99999999999999'],
    ['ended before it began', 'Expires=1'],
    ['ends at no time', 'Expires=soon'],
  ])(
    'and has a link that %s is the same validation at each entry, with a deadline that can be kept',
    async (_, query) => {
      const { asked } = await scripted(({ form }) => answerFor(form.get('account_id') ?? '', link(query)));
      const claim = await claimed('', { requested: {} });
      const validation = await creating(claim);
      expect(await creating(claim)).toEqual(validation);
      expect(asked).toHaveLength(1);
      const seconds = (Date.parse(validation.deadline) - Date.now()) / 1000;
      // Truora's longest timeout is six hours.
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(6 * 3600);
    },
  );

  it('waits while another re-validation of the same person is being created', async () => {
    const counts = charging();
    const claim = await claimed();
    const { revalidationId } = await claimed('', { accountId: claim.accountId });
    await openIntent(house.table, claim.accountId, revalidationId);
    const intent = await intentOf(claim);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(counts()).toEqual({ creates: 0, charges: 0 });
    expect(await intentOf(claim)).toEqual(intent);
  });

  it('takes the place of an intent that was left behind by a re-validation that has ended', async () => {
    const counts = charging();
    const claim = await claimed();
    const ended = await claimed('', { accountId: claim.accountId });
    await openIntent(house.table, claim.accountId, ended.revalidationId);
    const decidedAt = new Date().toISOString();
    const { revalidationId } = ended;
    await recordOutcome(house.ledger, { revalidationId, status: 'failed', decidedBy: 'workflow', decidedAt }, OURS);
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await intentWord(claim)).toBe('none');
  });

  it('waits while a call of its own may still be in flight, and only then gives up', async () => {
    const counts = charging();
    const claim = await claimed();
    await openIntent(house.table, claim.accountId, claim.revalidationId);
    process.env.SETTLE_SECONDS = '60';
    try {
      expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    } finally {
      process.env.SETTLE_SECONDS = '0';
    }
    expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 0, charges: 0 });
  });

  it('leaves an intent alone that another opened in between', async () => {
    const claim = await claimed();
    const theirs = (await claimed('', { accountId: claim.accountId })).revalidationId;
    house.fate(({ operation, input }) => {
      const opens = operation === 'PutItem' && JSON.stringify(input).includes(`ACC#${claim.accountId}`);
      return opens && !JSON.stringify(input).includes(theirs) ? 'lost' : 'through';
    });
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    house.fate();
    await openIntent(house.table, claim.accountId, theirs);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(await intentOf(claim)).toMatchObject({ revalidationId: theirs });
  });

  it('is created once for two media of one person that come at once', async () => {
    const counts = charging();
    const one = await claimed();
    const two = claimOf({ accountId: one.accountId, enrollmentId: one.enrollmentId });
    await claimRecord(house.ledger, two, OURS);
    const runs = await Promise.allSettled([creating(one), creating(two)]);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason.name).toBe('CreationUnsettledError');
    }
    const all = await Promise.all([creating(one), creating(two)]);
    expect(new Set(all.map(({ validationId }) => validationId)).size).toBe(2);
    expect(counts()).toEqual({ creates: 2, charges: 2 });
  });
});

describe('what was surely not created', () => {
  it.each<[string, Said, string, string]>([
    ['400', { status: 400 }, 'TruoraRejectedError', 'truora_rejected'],
    ['404', { status: 404 }, 'TruoraRejectedError', 'truora_not_found'],
    ['409', { status: 409 }, 'TruoraRejectedError', 'truora_rejected'],
    ['401', { status: 401 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['403', { status: 403 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['429', { status: 429, headers: { 'retry-after': '1' } }, 'TruoraBusyError', 'truora_rate_limited'],
  ])('closes the intent, and a later call succeeds: %s', async (_, said, name, reason) => {
    const { asked } = await scripted(said, goodFor);
    const claim = await claimed();
    expect(await thrownBy(creating(claim))).toEqual({ name, reason });
    expect(asked).toHaveLength(1);
    expect(await intentWord(claim)).toBe('none');
    expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
    expect(asked).toHaveLength(2);
  });

  it('closes the intent, and a later call succeeds: nobody listened', async () => {
    const counts = charging();
    const claim = await claimed();
    process.env.TRUORA_ORIGIN = await deadOrigin();
    expect(await thrownBy(creating(claim))).toEqual({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
    expect(await intentWord(claim)).toBe('none');
    process.env.TRUORA_ORIGIN = house.sandbox.origin;
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });

  it('leaves no intent, and a later call succeeds: the key could not be read', async () => {
    const { asked } = await scripted(goodFor);
    const claim = await claimed();
    process.env.TRUORA_KEY_SECRET = 'secret:nobody';
    try {
      expect(await thrownBy(creating(claim))).toMatchObject({ name: 'ResourceNotFoundException' });
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
    expect(asked).toEqual([]);
    expect(await intentWord(claim)).toBe('none');
    await creating(claim);
  });

  it('stays open when even the closing is lost: better a person looks than Truora is asked twice', async () => {
    const { asked } = await scripted({ status: 429 }, goodFor);
    const claim = await claimed();
    house.fateOfWrite(2, 'lost');
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    house.fate();
    expect(await thrownBy(creating(claim))).toEqual(UNCONFIRMED);
    expect(asked).toHaveLength(1);
  });
});

describe('a key that was rotated', () => {
  const accepting =
    (good: string) =>
    (asked: Asked): Said =>
      keyOf(asked) === good ? goodFor(asked) : { status: 401 };
  const reads = () => house.calls.filter(({ operation }) => operation === 'GetSecretValue').length;

  it('is read anew, once, and the very same call succeeds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    house.secrets.set('secret:rotated', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:rotated';
    try {
      const { asked } = await scripted(goodFor, accepting('new'));
      await creating(await claimed());
      expect(reads()).toBe(1);
      house.secrets.set('secret:rotated', 'new');
      vi.setSystemTime(Date.now() + 61_000);
      const claim = await claimed();
      expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
      expect(reads()).toBe(2);
      expect(asked.map(keyOf)).toEqual(['old', 'old', 'new']);
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
  });

  it('that is refused as well ends by name, and the intent is closed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    house.secrets.set('secret:wrong', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:wrong';
    try {
      const { asked } = await scripted({ status: 401 });
      const claim = await claimed();
      const unauthorized = { name: 'TruoraUnauthorizedError', reason: 'truora_unauthorized' };
      expect(await thrownBy(creating(claim))).toEqual(unauthorized);
      house.secrets.set('secret:wrong', 'newer');
      vi.setSystemTime(Date.now() + 61_000);
      expect(await thrownBy(creating(claim))).toEqual(unauthorized);
      expect(asked.map(keyOf)).toEqual(['old', 'old', 'newer']);
      expect(await intentWord(claim)).toBe('none');
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
  });
});

describe('a record that ends while its validation is being created', () => {
  const canceledMeanwhile = async () => {
    const claim = await claimed();
    const { revalidationId } = claim;
    const decidedAt = new Date().toISOString();
    const { asked } = await scripted(async (asked) => {
      await recordOutcome(house.ledger, { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt }, OURS);
      return goodFor(asked);
    }, goodFor);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    return { claim, asked };
  };

  it('stays ended', async () => {
    const { claim, asked } = await canceledMeanwhile();
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(asked).toHaveLength(1);
    expect(await recordOf(claim)).toMatchObject({ phase: 'canceled' });
  });

  it('does not lock its person out', async () => {
    const { claim } = await canceledMeanwhile();
    const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
    await claimRecord(house.ledger, next, OURS);
    expect(await creating(next)).toMatchObject({ validationId: expect.any(String) });
  });
});

it('creates nothing for a record that was canceled before', async () => {
  const counts = charging();
  const claim = await claimed();
  await house.stand({ ...(await recordOf(claim)), pk: `RUN#${claim.revalidationId}`, phase: 'canceled' });
  expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});

it('creates nothing for a claim that another execution holds', async () => {
  const counts = charging();
  const claim = await claimed();
  expect(await thrownBy(creating(claim, executionOf('theirs')))).toMatchObject({ name: 'ClaimedElsewhereError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});
