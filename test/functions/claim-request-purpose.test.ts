import { describe, expect } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import { policyVersionOf } from '../../shared/domain/policy.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import {
  callOf,
  context,
  dropOf,
  errorOf,
  eventOf,
  executionOf,
  newPerson,
  newRevalidationId,
  thrownBy,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { mp4 } from '../support/media.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const MP4 = mp4();

const transfer = { minimumThreshold: 0.7, require: ['passive_liveness' as const], maxTimeoutSeconds: 900 };

const OTHERWISE = { name: 'RequestInvalidError', reason: 'already_asked_otherwise' };

const test = withLocalAws('ClaimRequest', { media: true });

test.beforeEach(() => {
  process.env.POLICIES = JSON.stringify({ default: { minimumThreshold: 0.65 }, transfer });
});

const claiming = (request: unknown, execution = 'ours'): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId: executionOf(execution) }), context);

let puts = 0;

const called = async (aws: LocalAws, purpose?: string) => {
  puts += 1;
  const { key, versionId } = await aws.put(`media/${puts}`, MP4);
  return callOf({ media: { key, versionId }, ...(purpose ? { purpose } : {}) });
};

const dropped = async (aws: LocalAws, purpose: string) => {
  puts += 1;
  const { accountId, enrollmentId } = newPerson();
  const metadata = { 'user-authorized': 'true', purpose };
  return dropOf(await aws.put(`inbox/${accountId}/${enrollmentId}/${puts}.mp4`, MP4, metadata));
};

const ticketed = async (aws: LocalAws, purpose: string) => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'video/mp4' as const }, purpose };
  const ticket = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, ticket);
  return dropOf(await aws.put(ticket.upload?.key ?? '', MP4, { purpose: 'default' }));
};

describe.each([
  ['a drop', dropped],
  ["a ticket's drop", ticketed],
  ['a call', called],
])('the purpose of %s', (_, asking) => {
  test('decides the policy, which the claim names with its version', async ({ aws }) => {
    expect(await claiming(await asking(aws, 'transfer'))).toMatchObject({
      purpose: 'transfer',
      policyVersion: policyVersionOf(transfer),
      requested: { threshold: 0.7, subvalidations: ['similarity', 'passive_liveness'], timeoutSeconds: 900 },
    });
  });

  test('is refused with the known purposes when it has no policy, and nothing is claimed', async ({ aws }) => {
    const { name, message } = await errorOf(claiming(await asking(aws, 'payout'), 'unknown'));
    expect([name, message]).toEqual([
      'RequestInvalidError',
      'purpose_unknown: purpose: must be one of default, transfer',
    ]);
    expect((await aws.items()).filter(({ owner }) => owner === executionOf('unknown'))).toEqual([]);
  });
});

test('refuses a repeat about the same media for another purpose, with and without a key', async ({ aws }) => {
  const request = { ...(await called(aws, 'transfer')), idempotencyKey: 'order-1' };
  await claiming(request);
  const elsewhere = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };
  expect(await thrownBy(claiming(request, 'theirs'))).toEqual(elsewhere);
  const { purpose: _, ...unnamed } = request;
  for (const one of [unnamed, { ...unnamed, purpose: 'default' }]) {
    expect(await thrownBy(claiming(one, 'theirs'))).toMatchObject({ reason: 'idempotency_key_reused' });
    const { idempotencyKey: __, ...keyless } = one;
    expect(await thrownBy(claiming(keyless, 'theirs'))).toEqual(OTHERWISE);
  }
});

test('keeps the first answer for a repeat that names the default purpose', async ({ aws }) => {
  const request = { ...(await called(aws)), idempotencyKey: 'order-2' };
  const claim = await claiming(request);
  expect(await claiming({ ...request, purpose: 'default' })).toEqual(claim);
});
