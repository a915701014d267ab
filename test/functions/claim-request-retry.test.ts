import { afterEach, describe, expect, vi } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { recordCreated } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import {
  callOf,
  context,
  dropOf,
  errorOf,
  eventOf,
  executionOf,
  inMinutes,
  newPerson,
  newRevalidationId,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { mp4 } from '../support/media.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const MP4 = mp4();

const LIVE = { subvalidations: ['similarity' as const, 'passive_liveness' as const] };

const INSTEAD = /; (start a new validation instead: .*forceNew|wait for its outcome|there is nothing to retry)$/;

const test = withLocalAws('ClaimRequest', { media: true });

test.beforeEach(({ aws }) => {
  aws.calls.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
  process.env.ALLOWED_RETRIES = '1';
});

let executions = 0;

const claiming = (request: unknown, executionId = executionOf(`one-${executions}`)): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

let videos = 0;

const asked = async (aws: LocalAws, person: object, options: object, more: object = {}) => {
  videos += 1;
  const { key, versionId } = await aws.put(`media/${videos}`, MP4);
  return callOf({ ...person, media: { key, versionId }, options, ...more });
};

/** A re-validation that has ended, a minute ago or at another time. */
const ended = async (
  aws: LocalAws,
  status: OutcomeStatus | undefined = 'declined',
  { options = LIVE as object, person = newPerson(), ago = 60 } = {},
) => {
  executions += 1;
  const owner = executionOf(`ended-${executions}`);
  const { revalidationId } = await claiming(await asked(aws, person, options), owner);
  const validation = { validationId: newValidationId(), deadline: inMinutes(5) };
  await bindValidation(aws.table, validation, revalidationId, 30);
  const attempt = { n: 1, at: inMinutes(0), result: 'created' as const, validationId: validation.validationId };
  const created = { ...validation, uploadLink: 'https://files.example.com/u' };
  await recordCreated(aws.ledger, { revalidationId, owner }, created, { attempt, orphans: [] });
  const decidedAt = new Date(Date.now() - ago * 1000).toISOString();
  if (status) await recordOutcome(aws.ledger, { revalidationId, status, decidedBy: 'poll', decidedAt }, owner);
  aws.calls.length = 0;
  return { revalidationId, person, ...validation };
};

const retrying = async (aws: LocalAws, retryOf: string, person: object) => asked(aws, person, { ...LIVE, retryOf });

describe('a retry', () => {
  test('of one of our re-validations is linked to it, and Truora gets its own id', async ({ aws }) => {
    const { revalidationId, validationId, person } = await ended(aws);
    const claim = await claiming(await retrying(aws, revalidationId, person));
    expect(claim).toMatchObject({ linkedTo: revalidationId, requested: { ...LIVE, retryOf: validationId } });
    expect(await aws.item(`RUN#${claim.revalidationId}`)).toMatchObject({ linkedTo: revalidationId });
  });

  test('by the Truora id of one of ours is linked in the same way', async ({ aws }) => {
    const { revalidationId, validationId, person } = await ended(aws);
    const claim = await claiming(await retrying(aws, validationId, person));
    expect(claim).toMatchObject({ linkedTo: revalidationId, requested: { retryOf: validationId } });
  });

  test('of one that only Truora knows is sent to Truora without a link', async ({ aws }) => {
    const claim = await claiming(await retrying(aws, 'VLDsomewhere', newPerson()));
    expect(claim).toMatchObject({ requested: { retryOf: 'VLDsomewhere' } });
    expect(claim).not.toHaveProperty('linkedTo');
  });

  test('may be a drop', async ({ aws }) => {
    const { revalidationId, person } = await ended(aws);
    const options = JSON.stringify({ ...LIVE, retryOf: revalidationId });
    const key = `inbox/${person.accountId}/${person.enrollmentId}/a.mp4`;
    const put = await aws.put(key, MP4, { 'user-authorized': 'true', options });
    expect(await claiming(dropOf(put))).toMatchObject({ linkedTo: revalidationId });
  });

  test('that is repeated gets the same case, also after its time is over', async ({ aws }) => {
    const { revalidationId, validationId, person } = await ended(aws);
    const request = await retrying(aws, revalidationId, person);
    const claim = await claiming(request);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await claiming(request)).toEqual(claim);
    const byTheirName = { ...request, options: { ...LIVE, retryOf: validationId } };
    expect(await claiming(byTheirName)).toEqual(claim);
    expect(await thrownBy(claiming(request, executionOf('another')))).toMatchObject({ name: 'ClaimedElsewhereError' });
    const another = {
      ...request,
      options: { ...LIVE, retryOf: (await ended(aws, 'declined', { person })).revalidationId },
    };
    expect(await thrownBy(claiming(another))).toMatchObject({ reason: 'already_asked_otherwise' });
  });

  test('takes one slot after a crash at any write', async ({ aws }) => {
    for (const [nth, delivery] of [
      [1, 'lost'],
      [1, 'answer lost'],
      [2, 'lost'],
      [2, 'answer lost'],
    ] as const) {
      const { revalidationId, validationId, person } = await ended(aws);
      const request = await retrying(aws, revalidationId, person);
      aws.setWriteDelivery(nth, delivery);
      expect(await thrownBy(claiming(request))).toMatchObject({ name: 'LostOnTheWay' });
      aws.setDelivery();
      const claim = await claiming(request);
      const { pk: _, expiresAt: __, ...row } = (await aws.item(`RETRY#${validationId}`)) ?? {};
      expect(row).toEqual({ retry1: claim.revalidationId });
    }
  });
});

describe('a retry is refused, names the alternative, and writes nothing', () => {
  test.for<[string, string, (aws: LocalAws) => Promise<[string, object]>]>([
    ['of nothing that ever was', 'retry_unknown', async () => [newRevalidationId(), newPerson()]],
    ['of another person’s', 'retry_unknown', async (aws) => [(await ended(aws)).revalidationId, newPerson()]],
    [
      'of another person’s by Truora’s id',
      'retry_unknown',
      async (aws) => [(await ended(aws)).validationId, newPerson()],
    ],
    ...([undefined, 'approved', 'expired', 'failed', 'canceled'] as const).map(
      (status): [string, string, (aws: LocalAws) => Promise<[string, object]>] => [
        `of one that is ${status ?? 'open'}`,
        'retry_not_declined',
        async (aws) => {
          const { revalidationId, person } = await ended(aws, status ?? ('' as never));
          return [revalidationId, person];
        },
      ],
    ),
    [
      'of one without liveness',
      'retry_needs_liveness',
      async (aws) => {
        const { revalidationId, person } = await ended(aws, 'declined', { options: { threshold: 0.7 } });
        return [revalidationId, person];
      },
    ],
    [
      'after its time',
      'retry_too_late',
      async (aws) => {
        const { revalidationId, person } = await ended(aws, 'declined', { ago: 301 });
        return [revalidationId, person];
      },
    ],
  ])('refuses a retry %s', async ([_, reason, make], { aws }) => {
    const [retryOf, person] = await make(aws);
    const request = await retrying(aws, retryOf, person);
    const error = await errorOf(claiming(request));
    expect([error.name, error.message]).toEqual(['RequestInvalidError', expect.stringMatching(`^${reason}: `)]);
    expect(error.message).toMatch(INSTEAD);
    expect(aws.writes()).toEqual([]);
  });

  test('refuses a retry for another purpose than that of the first case, and links one for the same', async ({
    aws,
  }) => {
    const before = process.env.POLICIES;
    process.env.POLICIES = JSON.stringify({ default: {}, transfer: {} });
    const { accountId, enrollmentId } = newPerson();
    const person = { accountId, enrollmentId, purpose: 'transfer' };
    const { revalidationId } = await ended(aws, 'declined', { person: person as never });
    for (const other of [
      { accountId, enrollmentId },
      { ...person, purpose: 'default' },
    ]) {
      const { message } = await errorOf(claiming(await retrying(aws, revalidationId, other)));
      expect(message).toMatch(/^retry_other_purpose: options\.retryOf: was asked for another purpose; name the same/);
    }
    expect(aws.writes()).toEqual([]);
    expect(await claiming(await retrying(aws, revalidationId, person))).toMatchObject({ linkedTo: revalidationId });
    process.env.POLICIES = before;
  });

  test('refuses a retry where the account allows none', async ({ aws }) => {
    process.env.ALLOWED_RETRIES = '0';
    for (const retryOf of [(await ended(aws)).revalidationId, 'VLDsomewhere']) {
      const error = await errorOf(claiming(await retrying(aws, retryOf, newPerson())));
      expect(error.message).toMatch(/^retry_not_allowed: .*allowedRetries is 0.*forceNew$/);
    }
    expect(aws.writes()).toEqual([]);
  });
});

describe('the retries of one validation', () => {
  test.for([1, 2])('stop at the number that the account allows: %s', async (allowed, { aws }) => {
    process.env.ALLOWED_RETRIES = String(allowed);
    const { revalidationId, person } = await ended(aws);
    const requests = await Promise.all(Array.from({ length: 3 }, () => retrying(aws, revalidationId, person)));
    const claims = await Promise.allSettled(requests.map((request) => claiming(request)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(allowed);
    const lost = claims.flatMap((one) => (one.status === 'rejected' ? [one.reason.message] : []));
    for (const message of lost) expect(message).toMatch(/^retries_used_up: .*forceNew$/);
  });

  test('count from the first validation of the chain, for any of its ids', async ({ aws }) => {
    process.env.ALLOWED_RETRIES = '2';
    const first = await ended(aws);
    const { person } = first;
    const row = [first.revalidationId];
    for (const _ of [1, 2]) {
      const options = { ...LIVE, retryOf: row.at(-1) };
      row.push((await ended(aws, 'declined', { person, options })).revalidationId);
    }
    for (const retryOf of row) {
      const request = await retrying(aws, retryOf, person);
      expect(await thrownBy(claiming(request))).toMatchObject({ reason: 'retries_used_up' });
    }
  });

  test('of a validation that only Truora knows are counted too', async ({ aws }) => {
    const person = newPerson();
    const retryOf = newValidationId();
    const claimed = await ended(aws, 'declined', { person, options: { ...LIVE, retryOf } });
    for (const named of [retryOf, claimed.revalidationId]) {
      const request = await retrying(aws, named, person);
      expect(await thrownBy(claiming(request))).toMatchObject({ reason: 'retries_used_up' });
    }
  });
});
