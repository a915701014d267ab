import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import { envKeys } from '../../infra/workflow/function-table.ts';
import { presentRevalidation } from '../../shared/domain/api.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordMoved } from '../../shared/ledger/claims.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { recordCancellation, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import {
  claimOf,
  context,
  errorOf,
  eventOf,
  executionOf,
  newPerson,
  newValidationId,
  sha256,
  thrownBy,
} from '../support/journal.ts';
import {
  type Asked,
  type Delivery,
  deadOrigin,
  type Line,
  type LocalAws,
  openLocalAws,
  type Said,
  standIn,
} from '../support/local-aws.ts';

const OURS = executionOf('ours');

const UNCONFIRMED = { name: 'CreationUnconfirmedError', reason: 'creation_unconfirmed' };

const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

let aws: LocalAws;

beforeAll(async () => {
  aws = await openLocalAws('CreateValidation', { truora: true });
});

afterAll(() => aws.close());

const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  aws.setDelivery();
  aws.calls.length = 0;
});

afterEach(async () => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  process.env.SETTLE_SECONDS = '0';
  process.env.ON_UNRESOLVED = 'fail-for-human';
  process.env.DAILY_BUDGET = 'none';
  Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: false, listLagMs: 0 });
  for (const close of closers.splice(0)) await close();
});

const creating = (claim: Claim, executionId = OURS) =>
  handler(eventOf('CreateValidation', { claim }, { executionId }), context);

/** A claimed request of a person with the scenario of that suffix in the sandbox. */
const claimed = async (suffix = '', more: Partial<Claim> = {}) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const claim = claimOf({ ...person, ...more });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

const intentOf = ({ accountId }: Claim) => aws.item(`ACC#${accountId}`);

const recordOf = ({ revalidationId }: Claim) => aws.item(`RUN#${revalidationId}`);

const intentWord = async (claim: Claim) => ((await intentOf(claim)) ? 'open' : 'none');

const linkOf = async (claim: Claim) => String((await recordOf(claim))?.uploadLink ?? '');

const opening = ({ accountId }: Claim, { revalidationId }: Claim, attempt = 1) =>
  openIntent(aws.table, accountId, { revalidationId, attempt });

/** Retries as the machine does, as often as the creation is unsettled. */
const comingBack = async (claim: Claim, executionId = OURS) => {
  for (let entry = 1; entry < 20; entry += 1) {
    const ending = await creating(claim, executionId).catch((error: Error) => error);
    if (!(ending instanceof Error)) return ending;
    if (ending.name !== 'CreationUnsettledError') throw ending;
  }
  throw new TypeError('it never settles');
};

/** The attempts on a record, as `1 not_found`. */
const attemptsOf = async (claim: Claim): Promise<string[]> => {
  const { attempts = [] } = (await recordOf(claim)) as { attempts?: Attempt[] };
  return attempts.map(({ n, result }) => `${n} ${result}`);
};

/** What the sandbox has charged from now on. */
const charging = () => {
  const before = aws.sandbox.counts();
  return () => {
    const now = aws.sandbox.counts();
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

/** Puts another server in place of Truora until the test is over. */
const scripted = async (...script: Line[]) => {
  const truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
  closers.push(truora.close);
  return truora;
};

describe('a new validation', () => {
  test('creates a validation once, and records all of it', async () => {
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
    expect(await aws.item(`VLD#${validationId}`)).toMatchObject({
      revalidationId: claim.revalidationId,
      deadline: validation.deadline,
    });
    expect(await linkOf(claim)).toMatch(`${aws.sandbox.origin}/u/${validationId}?Expires=`);
    expect(await intentWord(claim)).toBe('none');
  });

  test('takes the deadline from the upload link', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { deadline } = await creating(await claimed('', { requested: { timeoutSeconds: 90 } }));
    const seconds = Date.parse(deadline) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(before + 90);
    expect(seconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 90);
  });

  test('finds a link at the place where enrollments have theirs', async () => {
    const claim = await claimed('-link-on-top');
    const { validationId } = await creating(claim);
    expect(await linkOf(claim)).toContain(validationId);
  });

  test('sends the requested options, and no other', async () => {
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

  test('writes the intent before the charged call, and nothing else', async () => {
    const claim = await claimed();
    let existing: Record<string, unknown>[] = [];
    await scripted(async (asked) => {
      existing = (await aws.items()).filter((item) => JSON.stringify(item).includes(claim.revalidationId));
      return goodFor(asked);
    });
    await creating(claim);
    expect(existing).toHaveLength(2);
    expect(existing).toContainEqual({
      pk: `ACC#${claim.accountId}`,
      opening: expect.any(String),
      revalidationId: claim.revalidationId,
      attempt: 1,
      openedAt: expect.any(String),
    });
    expect(existing).toContainEqual(expect.objectContaining({ phase: 'claimed' }));
  });

  test('records the whole answer of Truora in the first write after the call', async () => {
    const claim = await claimed();
    await scripted((asked) => {
      aws.calls.length = 0;
      return goodFor(asked);
    });
    const { validationId } = await creating(claim);
    expect(aws.calls[0]).toMatchObject({
      operation: 'UpdateItem',
      input: { Key: { pk: { S: `RUN#${claim.revalidationId}` } } },
    });
    expect(JSON.stringify(aws.calls[0])).toContain(validationId);
    expect(JSON.stringify(aws.calls[0])).toContain(await linkOf(claim));
  });
});

describe('media that is gone since its claim', () => {
  /** What the bucket answers to a look at the object. */
  const answering = async (status: number, run: () => Promise<void>) => {
    const mock = mockClient(S3Client);
    const name = status === 404 ? 'NotFound' : status === 412 ? 'PreconditionFailed' : 'Forbidden';
    mock.on(HeadObjectCommand).rejects(Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } }));
    await run().finally(() => mock.restore());
  };

  test.each([
    [404, { name: 'MediaGoneError', reason: 'media_gone' }],
    [412, { name: 'MediaGoneError', reason: 'media_changed' }],
    [403, { name: 'Forbidden', reason: 'unexpected' }],
  ])('costs no call and leaves no intent: %i', async (status, thrown) => {
    const counts = charging();
    const claim = await claimed();
    await answering(status, async () => {
      expect(await thrownBy(creating(claim))).toEqual(thrown);
    });
    expect(counts()).toEqual({ creates: 0, charges: 0 });
    expect(await intentWord(claim)).toBe('none');
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });
});

describe('the upload link, a secret', () => {
  test('stays on the record, out of what the machine gets', async () => {
    const claim = await claimed();
    const validation = await creating(claim);
    const signature = new URL(await linkOf(claim)).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(JSON.stringify(validation)).not.toContain(signature);
    const holders = (await aws.items()).filter((item) => JSON.stringify(item).includes(signature));
    expect(holders.map(({ pk }) => pk)).toEqual([`RUN#${claim.revalidationId}`]);
  });

  test('is left out when a record is read', async () => {
    const claim = await claimed();
    await creating(claim);
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record).toMatchObject({ phase: 'created' });
    expect(JSON.stringify(record)).not.toContain('Signature');
    expect(JSON.stringify(presentRevalidation(record))).not.toContain('Signature');
  });

  test.each(['moved', 'approved', 'canceled'] as const)('is removed once the record is %s', async (phase) => {
    const claim = await claimed();
    const { revalidationId } = claim;
    await creating(claim);
    const now = new Date().toISOString();
    if (phase === 'moved') {
      await recordMoved(aws.ledger, revalidationId, OURS, { bytes: 4, sha256: sha256('x'), movedAt: now });
    } else if (phase === 'canceled') await recordCancellation(aws.ledger, claim, 'iam:caller');
    else await recordOutcome(aws.ledger, { revalidationId, status: phase, decidedBy: 'poll', decidedAt: now }, OURS);
    expect(await recordOf(claim)).toMatchObject({ phase });
    expect(await linkOf(claim)).toBe('');
  });

  test('appears in no log line and in no error', async () => {
    const claim = await claimed();
    aws.setDelivery(({ input }) => (JSON.stringify(input).includes('VLD#') ? 'lost' : 'through'));
    const { message, stack } = await errorOf(creating(claim));
    const signature = new URL(await linkOf(claim)).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(`${message} ${stack} ${aws.lines.join()}`).not.toContain(signature);
  });
});

describe('a repeat', () => {
  test('never pays again beside a run that was taken for dead', async () => {
    process.env.SETTLE_SECONDS = '60';
    // Before each call to AWS of a repeat, the other one does all of its work.
    for (let nth = 1, came = true; came; nth += 1) {
      const counts = charging();
      const claim = await claimed();
      let calls = 0;
      came = false;
      aws.setDelivery(async (): Promise<Delivery> => {
        calls += 1;
        if (calls !== nth) return 'through';
        came = true;
        await creating(claim).catch(() => {});
        return 'through';
      });
      const validation = await comingBack(claim);
      expect({ nth, ...counts() }).toEqual({ nth, creates: 1, charges: 1 });
      expect((await recordOf(claim))?.validationId).toBe(validation.validationId);
      aws.setDelivery();
    }
  });

  test('returns the same validation and does nothing else', async () => {
    const counts = charging();
    const claim = await claimed();
    const first = await creating(claim);
    const items = await aws.items();
    aws.calls.length = 0;
    expect(await creating(claim)).toEqual(first);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    // A delete that finds nothing to delete would be none.
    expect(await aws.items()).toEqual(items);
  });

  test('never charges twice when many come at once', async () => {
    const counts = charging();
    const claim = await claimed();
    const runs = await Promise.allSettled(Array.from({ length: 6 }, () => creating(claim)));
    const made = runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ validationId }) => validationId)).size).toBe(1);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason.name).toBe('CreationUnsettledError');
    }
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });
});

describe('a crash', () => {
  /** Every durable write of a creation, in order. */
  const writes = ['the intent', 'the whole answer on the record', 'the binding', 'the closing of the intent'];

  test('is tried at each write', async () => {
    await creating(await claimed());
    // The claim itself is the first.
    expect(
      aws
        .writes()
        .map(({ operation }) => operation)
        .slice(1),
    ).toEqual(['PutItem', 'UpdateItem', 'PutItem', 'DeleteItem']);
    expect(writes).toHaveLength(4);
  });

  const crash = async (nth: number, delivery: Delivery) => {
    const counts = charging();
    const claim = await claimed();
    aws.setWriteDelivery(nth, delivery);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    return { claim, counts };
  };

  const crashes = writes.flatMap((write, n) =>
    (['lost', 'answer lost'] as const).map((delivery) => ({ write, nth: n + 1, delivery })),
  );
  /** What only the function that died knew: whether Truora was called, and what it had answered. */
  const isForgotten = ({ nth, delivery }: { nth: number; delivery: Delivery }) =>
    (nth === 1 && delivery === 'answer lost') || (nth === 2 && delivery === 'lost');

  test.each(crashes)('at the write of $write ($delivery) ends with one charge and one validation', async (one) => {
    aws.sandbox.settings.repeatsUploadLinkOnRead = true;
    const { claim, counts } = await crash(one.nth, one.delivery);
    const validation = await comingBack(claim);
    expect(await creating(claim)).toEqual(validation);
    expect(counts().charges).toBe(1);
    const { validationId, ...used } = validation;
    expect(await recordOf(claim)).toMatchObject({ phase: 'created', validationId, used });
    expect(await aws.item(`VLD#${validationId}`)).toMatchObject({ revalidationId: claim.revalidationId });
    expect(await linkOf(claim)).toContain(validationId);
    expect(await recordOf(claim)).not.toHaveProperty('orphans');
    expect(await intentWord(claim)).toBe('none');
    // Another media of the same person is free to go on.
    const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
    await claimRecord(aws.ledger, next, OURS);
    expect(await creating(next)).toMatchObject({ validationId: expect.stringMatching(/^VLD/) });
  });

  test.each(crashes.filter((one) => !isForgotten(one)))(
    'at the write of $write ($delivery) needs no read of the list and no second call',
    async ({ nth, delivery }) => {
      const { claim, counts } = await crash(nth, delivery);
      await creating(claim);
      expect(counts()).toEqual({ creates: 1, charges: 1 });
    },
  );

  test('between the intent and the call is resolved, and the call is made', async () => {
    const { claim, counts } = await crash(1, 'answer lost');
    const { validationId } = await comingBack(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(claim)).toEqual(['1 not_found', '2 created']);
    expect(await recordOf(claim)).toMatchObject({ validationId });
  });

  test('between the call and the record of its answer is resolved, and nothing is paid twice', async () => {
    const { claim, counts } = await crash(2, 'lost');
    expect(await thrownBy(comingBack(claim))).toEqual(UNCONFIRMED);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(claim)).toEqual(['1 orphaned']);
    expect(await intentWord(claim)).toBe('none');
  });

  test.each([1, 2, 3, 4])(
    'at each of two writes, the second being %i after re-entry, costs one charge',
    async (again) => {
      aws.sandbox.settings.repeatsUploadLinkOnRead = true;
      for (const { nth, delivery } of crashes) {
        const { claim, counts } = await crash(nth, delivery);
        aws.setWriteDelivery(again, 'lost');
        await comingBack(claim).catch(() => {});
        aws.setDelivery();
        const validation = await comingBack(claim);
        expect(await creating(claim)).toEqual(validation);
        expect({ nth, delivery, ...counts() }).toMatchObject({ charges: 1 });
      }
    },
  );

  test('by a missing variable comes before the intent', async () => {
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

describe('a validation that may have been created', () => {
  test.each<[string, (asked: Asked) => Said]>([
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
  ])('stops a second call: %s', async (_, said) => {
    const { asked } = await scripted(said);
    const claim = await claimed();
    process.env.SETTLE_SECONDS = '60';
    for (let entry = 0; entry < 3; entry += 1) expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(asked).toHaveLength(1);
    expect(await intentWord(claim)).toBe('open');
    expect(await attemptsOf(claim)).toEqual(['1 unconfirmed']);
  });

  const link = (query: string) => ({ instructions: { file_upload_link: `https://files.truora.com/u/x?${query}` } });
  test.each([
    ['ends in the year 11476', 'Expires=300000000000'],
    ['ends beyond all dates', 'Expires=8640000000001'],
    ['lives longer than dates do', 'X-Amz-Date=20260101T000000Z&X-Amz-Expires=99999999999999'],
    ['ended before it began', 'Expires=1'],
    ['ends at no time', 'Expires=soon'],
  ])('and has a link that %s is found at each entry, with a deadline that holds', async (_, query) => {
    const { asked } = await scripted(({ form }) => answerFor(form.get('account_id') ?? '', link(query)));
    const claim = await claimed('', { requested: {} });
    const validation = await creating(claim);
    expect(await creating(claim)).toEqual(validation);
    expect(asked).toHaveLength(1);
    const seconds = (Date.parse(validation.deadline) - Date.now()) / 1000;
    // Truora's longest timeout is six hours.
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(6 * 3600);
  });

  test('makes other re-validations of the same person wait', async () => {
    const counts = charging();
    const claim = await claimed();
    const other = await claimed('', { accountId: claim.accountId });
    await opening(claim, other);
    const intent = await intentOf(claim);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(counts()).toEqual({ creates: 0, charges: 0 });
    expect(await intentOf(claim)).toEqual(intent);
  });

  test('leaves an intent alone that another run opened in the meantime', async () => {
    const claim = await claimed();
    const theirs = await claimed('', { accountId: claim.accountId });
    aws.setDelivery(({ operation, input }) => {
      const opens = operation === 'PutItem' && JSON.stringify(input).includes(`ACC#${claim.accountId}`);
      return opens && !JSON.stringify(input).includes(theirs.revalidationId) ? 'lost' : 'through';
    });
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    await opening(claim, theirs);
    expect(await thrownBy(creating(claim))).toEqual(UNSETTLED);
    expect(await intentOf(claim)).toMatchObject({ revalidationId: theirs.revalidationId });
  });

  test('is created once for each of two concurrent media of one person', async () => {
    const counts = charging();
    const one = await claimed();
    const two = claimOf({ accountId: one.accountId, enrollmentId: one.enrollmentId });
    await claimRecord(aws.ledger, two, OURS);
    const runs = await Promise.allSettled([creating(one), creating(two)]);
    for (const run of runs) {
      if (run.status === 'rejected') expect(run.reason.name).toBe('CreationUnsettledError');
    }
    const all = await Promise.all([creating(one), creating(two)]);
    expect(new Set(all.map(({ validationId }) => validationId)).size).toBe(2);
    expect(counts()).toEqual({ creates: 2, charges: 2 });
  });
});

describe('a call that surely created nothing', () => {
  test.each<[string, Said, string, string]>([
    ['400', { status: 400 }, 'TruoraRejectedError', 'truora_rejected'],
    ['404', { status: 404 }, 'TruoraRejectedError', 'truora_not_found'],
    ['409', { status: 409 }, 'TruoraRejectedError', 'truora_rejected'],
    ['401', { status: 401 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['403', { status: 403 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
  ])('closes the intent, and a later call succeeds: %s', async (_, said, name, reason) => {
    const { asked } = await scripted(said, goodFor);
    const claim = await claimed();
    expect(await thrownBy(creating(claim))).toEqual({ name, reason });
    expect(asked).toHaveLength(1);
    expect(await intentWord(claim)).toBe('none');
    expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
    expect(asked).toHaveLength(2);
  });

  test('closes the intent, and a later call succeeds when no server answered', async () => {
    const counts = charging();
    const claim = await claimed();
    process.env.TRUORA_ORIGIN = await deadOrigin();
    expect(await thrownBy(creating(claim))).toEqual({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
    expect(await intentWord(claim)).toBe('none');
    process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });

  test('leaves no intent, and a later call succeeds when the key could not be read', async () => {
    const { asked } = await scripted(goodFor);
    const claim = await claimed();
    process.env.TRUORA_KEY_SECRET = 'secret:absent';
    try {
      expect(await thrownBy(creating(claim))).toMatchObject({ name: 'ResourceNotFoundException' });
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
    expect(asked).toEqual([]);
    expect(await intentWord(claim)).toBe('none');
    await creating(claim);
  });

  test('is resolved and repeated when the write that closes its intent is lost', async () => {
    const claim = await claimed();
    await scripted({ status: 400 });
    aws.setWriteDelivery(2, 'lost');
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    const counts = charging();
    await comingBack(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(claim)).toEqual(['1 not_found', '2 created']);
  });
});

describe('a rotated key', () => {
  const accepting =
    (good: string) =>
    (asked: Asked): Said =>
      keyOf(asked) === good ? goodFor(asked) : { status: 401 };
  const reads = () => aws.calls.filter(({ operation }) => operation === 'GetSecretValue').length;

  test('is read again once, and the same call succeeds', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    aws.secrets.set('secret:rotated', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:rotated';
    try {
      const { asked } = await scripted(goodFor, accepting('new'));
      await creating(await claimed());
      expect(reads()).toBe(1);
      aws.secrets.set('secret:rotated', 'new');
      vi.setSystemTime(Date.now() + 61_000);
      const claim = await claimed();
      expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
      expect(reads()).toBe(2);
      expect(asked.map(keyOf)).toEqual(['old', 'old', 'new']);
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
  });

  test('that is refused again fails by name and closes the intent', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    aws.secrets.set('secret:wrong', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:wrong';
    try {
      const { asked } = await scripted({ status: 401 });
      const claim = await claimed();
      const unauthorized = { name: 'TruoraUnauthorizedError', reason: 'truora_unauthorized' };
      expect(await thrownBy(creating(claim))).toEqual(unauthorized);
      aws.secrets.set('secret:wrong', 'newer');
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
      await recordOutcome(aws.ledger, { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt }, OURS);
      return goodFor(asked);
    }, goodFor);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    return { claim, asked };
  };

  test('keeps its outcome', async () => {
    const { claim, asked } = await canceledMeanwhile();
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(asked).toHaveLength(1);
    expect(await recordOf(claim)).toMatchObject({ phase: 'canceled' });
  });

  test('frees its person', async () => {
    const { claim } = await canceledMeanwhile();
    const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
    await claimRecord(aws.ledger, next, OURS);
    expect(await creating(next)).toMatchObject({ validationId: expect.any(String) });
  });
});

test('creates nothing for a record that was canceled before', async () => {
  const counts = charging();
  const claim = await claimed();
  await aws.putItem({ ...(await recordOf(claim)), pk: `RUN#${claim.revalidationId}`, phase: 'canceled' });
  expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});

test('creates nothing for a claim that another execution holds', async () => {
  const counts = charging();
  const claim = await claimed();
  expect(await thrownBy(creating(claim, executionOf('theirs')))).toMatchObject({ name: 'ClaimedElsewhereError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});
