import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, vi } from 'vitest';
import { presentRevalidation } from '../../shared/domain/api.ts';
import { claim as claimRecord, recordMoved } from '../../shared/ledger/claims.ts';
import { recordCancellation, recordOutcome } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import {
  answerFor,
  attemptsOf,
  charging,
  claimed,
  comingBack,
  creating,
  intentWord,
  linkOf,
  OURS,
  recordOf,
  scripted,
  test,
} from '../support/create-validation.ts';
import { claimOf, errorOf, executionOf, sha256, thrownBy } from '../support/journal.ts';
import { type Asked, type Delivery, deadOrigin, type LocalAws, type Said } from '../support/local-aws.ts';

const goodFor = ({ form }: Asked): Said => answerFor(form.get('account_id') ?? '');

const keyOf = ({ headers }: Asked) => headers['truora-api-key'];

describe('a new validation', () => {
  test('creates a validation once, and records all of it', async ({ aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    const validation = await creating(claim);
    expect(validation).toEqual({
      validationId: expect.stringMatching(/^VLD/),
      deadline: expect.stringMatching(/Z$/),
      threshold: 0.7,
    });
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    const { validationId, ...used } = validation;
    expect(await recordOf(aws, claim)).toMatchObject({
      phase: 'created',
      validationId,
      used,
      requested: claim.requested,
    });
    expect(await aws.item(`VLD#${validationId}`)).toMatchObject({
      revalidationId: claim.revalidationId,
      deadline: validation.deadline,
    });
    expect(await linkOf(aws, claim)).toMatch(`${aws.sandbox.origin}/u/${validationId}?Expires=`);
    expect(await intentWord(aws, claim)).toBe('none');
  });

  test('takes the deadline from the upload link', async ({ aws }) => {
    const before = Math.floor(Date.now() / 1000);
    const { deadline } = await creating(await claimed(aws, '', { requested: { timeoutSeconds: 90 } }));
    const seconds = Date.parse(deadline) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(before + 90);
    expect(seconds).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 90);
  });

  test('finds a link at the place where enrollments have theirs', async ({ aws }) => {
    const claim = await claimed(aws, '-link-on-top');
    const { validationId } = await creating(claim);
    expect(await linkOf(aws, claim)).toContain(validationId);
  });

  test('sends the requested options, and no other', async ({ aws }) => {
    const { asked } = await scripted(goodFor);
    const plain = await claimed(aws, '', { requested: {} });
    await creating(plain);
    const full = await claimed(aws, '', {
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

  test('writes the intent before the charged call, and nothing else', async ({ aws }) => {
    const claim = await claimed(aws);
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

  test('records the whole answer of Truora in the first write after the call', async ({ aws }) => {
    const claim = await claimed(aws);
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
    expect(JSON.stringify(aws.calls[0])).toContain(await linkOf(aws, claim));
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

  test.for<[number, { name: string; reason: string }]>([
    [404, { name: 'MediaGoneError', reason: 'media_gone' }],
    [412, { name: 'MediaGoneError', reason: 'media_changed' }],
    [403, { name: 'Forbidden', reason: 'unexpected' }],
  ])('costs no call and leaves no intent: %i', async ([status, thrown], { aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    await answering(status, async () => {
      expect(await thrownBy(creating(claim))).toEqual(thrown);
    });
    expect(counts()).toEqual({ creates: 0, charges: 0 });
    expect(await intentWord(aws, claim)).toBe('none');
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });
});

describe('the upload link, a secret', () => {
  test('stays on the record, out of what the machine gets', async ({ aws }) => {
    const claim = await claimed(aws);
    const validation = await creating(claim);
    const signature = new URL(await linkOf(aws, claim)).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(JSON.stringify(validation)).not.toContain(signature);
    const holders = (await aws.items()).filter((item) => JSON.stringify(item).includes(signature));
    expect(holders.map(({ pk }) => pk)).toEqual([`RUN#${claim.revalidationId}`]);
  });

  test('stays out of a record that is read', async ({ aws }) => {
    const claim = await claimed(aws);
    await creating(claim);
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record).toMatchObject({ phase: 'created' });
    expect(JSON.stringify(record)).not.toContain('Signature');
    expect(JSON.stringify(presentRevalidation(record))).not.toContain('Signature');
  });

  test.for(['moved', 'approved', 'canceled'] as const)('leaves the record once it is %s', async (phase, { aws }) => {
    const claim = await claimed(aws);
    const { revalidationId } = claim;
    await creating(claim);
    const now = new Date().toISOString();
    if (phase === 'moved') {
      await recordMoved(aws.ledger, revalidationId, OURS, { bytes: 4, sha256: sha256('x'), movedAt: now });
    } else if (phase === 'canceled') await recordCancellation(aws.ledger, claim, 'iam:caller');
    else await recordOutcome(aws.ledger, { revalidationId, status: phase, decidedBy: 'poll', decidedAt: now }, OURS);
    expect(await recordOf(aws, claim)).toMatchObject({ phase });
    expect(await linkOf(aws, claim)).toBe('');
  });

  test('appears in no log line and in no error', async ({ aws }) => {
    const claim = await claimed(aws);
    aws.setDelivery(({ input }) => (JSON.stringify(input).includes('VLD#') ? 'lost' : 'through'));
    const { message, stack } = await errorOf(creating(claim));
    const signature = new URL(await linkOf(aws, claim)).searchParams.get('Signature') ?? '';
    expect(signature).not.toBe('');
    expect(`${message} ${stack} ${aws.lines.join()}`).not.toContain(signature);
  });
});

describe('a repeat', () => {
  test('never pays again beside a run that was taken for dead', async ({ aws }) => {
    process.env.SETTLE_SECONDS = '60';
    // Before each call to AWS of a repeat, the other one does all of its work.
    for (let nth = 1, came = true; came; nth += 1) {
      const counts = charging(aws);
      const claim = await claimed(aws);
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
      expect((await recordOf(aws, claim))?.validationId).toBe(validation.validationId);
      aws.setDelivery();
    }
  });

  test('returns the same validation and does nothing else', async ({ aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    const first = await creating(claim);
    const items = await aws.items();
    aws.calls.length = 0;
    expect(await creating(claim)).toEqual(first);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    // A delete that finds nothing to delete would be none.
    expect(await aws.items()).toEqual(items);
  });

  test('never charges twice when many come at once', async ({ aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
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

describe('a call that surely created nothing', () => {
  test.for<[string, Said, string, string]>([
    ['400', { status: 400 }, 'TruoraRejectedError', 'truora_rejected'],
    ['404', { status: 404 }, 'TruoraRejectedError', 'truora_not_found'],
    ['409', { status: 409 }, 'TruoraRejectedError', 'truora_rejected'],
    ['401', { status: 401 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
    ['403', { status: 403 }, 'TruoraUnauthorizedError', 'truora_unauthorized'],
  ])('closes the intent, and a later call succeeds: %s', async ([_, said, name, reason], { aws }) => {
    const { asked } = await scripted(said, goodFor);
    const claim = await claimed(aws);
    expect(await thrownBy(creating(claim))).toEqual({ name, reason });
    expect(asked).toHaveLength(1);
    expect(await intentWord(aws, claim)).toBe('none');
    expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
    expect(asked).toHaveLength(2);
  });

  test('closes the intent, and a later call succeeds when no server answered', async ({ aws }) => {
    const counts = charging(aws);
    const claim = await claimed(aws);
    process.env.TRUORA_ORIGIN = await deadOrigin();
    expect(await thrownBy(creating(claim))).toEqual({ name: 'TruoraBusyError', reason: 'truora_unreachable' });
    expect(await intentWord(aws, claim)).toBe('none');
    process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    await creating(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
  });

  test('leaves no intent, and a later call succeeds when the key could not be read', async ({ aws }) => {
    const { asked } = await scripted(goodFor);
    const claim = await claimed(aws);
    process.env.TRUORA_KEY_SECRET = 'secret:absent';
    try {
      expect(await thrownBy(creating(claim))).toMatchObject({ name: 'ResourceNotFoundException' });
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
    expect(asked).toEqual([]);
    expect(await intentWord(aws, claim)).toBe('none');
    await creating(claim);
  });

  test('ends in a second call when the write that closes its intent is lost', async ({ aws }) => {
    const claim = await claimed(aws);
    await scripted({ status: 400 });
    aws.setWriteDelivery(2, 'lost');
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'LostOnTheWay' });
    aws.setDelivery();
    process.env.TRUORA_ORIGIN = aws.sandbox.origin;
    const counts = charging(aws);
    await comingBack(claim);
    expect(counts()).toEqual({ creates: 1, charges: 1 });
    expect(await attemptsOf(aws, claim)).toEqual(['1 not_found', '2 created']);
  });
});

describe('a rotated key', () => {
  const accepting =
    (good: string) =>
    (asked: Asked): Said =>
      keyOf(asked) === good ? goodFor(asked) : { status: 401 };
  const reads = (aws: LocalAws) => aws.calls.filter(({ operation }) => operation === 'GetSecretValue').length;

  test('causes one more read of the secret, and the same call succeeds', async ({ aws }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    aws.secrets.set('secret:rotated', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:rotated';
    try {
      const { asked } = await scripted(goodFor, accepting('new'));
      await creating(await claimed(aws));
      expect(reads(aws)).toBe(1);
      aws.secrets.set('secret:rotated', 'new');
      vi.setSystemTime(Date.now() + 61_000);
      const claim = await claimed(aws);
      expect(await creating(claim)).toMatchObject({ validationId: expect.any(String) });
      expect(reads(aws)).toBe(2);
      expect(asked.map(keyOf)).toEqual(['old', 'old', 'new']);
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
  });

  test('that is refused again fails by name and closes the intent', async ({ aws }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    aws.secrets.set('secret:wrong', 'old');
    process.env.TRUORA_KEY_SECRET = 'secret:wrong';
    try {
      const { asked } = await scripted({ status: 401 });
      const claim = await claimed(aws);
      const unauthorized = { name: 'TruoraUnauthorizedError', reason: 'truora_unauthorized' };
      expect(await thrownBy(creating(claim))).toEqual(unauthorized);
      aws.secrets.set('secret:wrong', 'newer');
      vi.setSystemTime(Date.now() + 61_000);
      expect(await thrownBy(creating(claim))).toEqual(unauthorized);
      expect(asked.map(keyOf)).toEqual(['old', 'old', 'newer']);
      expect(await intentWord(aws, claim)).toBe('none');
    } finally {
      process.env.TRUORA_KEY_SECRET = 'secret:truora';
    }
  });
});

describe('a record that ends while its validation is being created', () => {
  const canceledMeanwhile = async (aws: LocalAws) => {
    const claim = await claimed(aws);
    const { revalidationId } = claim;
    const decidedAt = new Date().toISOString();
    const { asked } = await scripted(async (asked) => {
      await recordOutcome(aws.ledger, { revalidationId, status: 'canceled', decidedBy: 'workflow', decidedAt }, OURS);
      return goodFor(asked);
    }, goodFor);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    return { claim, asked };
  };

  test('keeps its outcome', async ({ aws }) => {
    const { claim, asked } = await canceledMeanwhile(aws);
    expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(asked).toHaveLength(1);
    expect(await recordOf(aws, claim)).toMatchObject({ phase: 'canceled' });
  });

  test('frees its person', async ({ aws }) => {
    const { claim } = await canceledMeanwhile(aws);
    const next = claimOf({ accountId: claim.accountId, enrollmentId: claim.enrollmentId });
    await claimRecord(aws.ledger, next, OURS);
    expect(await creating(next)).toMatchObject({ validationId: expect.any(String) });
  });
});

test('creates nothing for a record that was canceled before', async ({ aws }) => {
  const counts = charging(aws);
  const claim = await claimed(aws);
  await aws.putItem({ ...(await recordOf(aws, claim)), pk: `RUN#${claim.revalidationId}`, phase: 'canceled' });
  expect(await thrownBy(creating(claim))).toMatchObject({ name: 'AlreadyDecidedError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});

test('creates nothing for a claim that another execution holds', async ({ aws }) => {
  const counts = charging(aws);
  const claim = await claimed(aws);
  expect(await thrownBy(creating(claim, executionOf('theirs')))).toMatchObject({ name: 'ClaimedElsewhereError' });
  expect(counts()).toEqual({ creates: 0, charges: 0 });
});
