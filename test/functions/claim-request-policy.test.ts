import { afterEach, describe, expect } from 'vitest';
import { handler } from '../../functions/claim-request.ts';
import type { Options } from '../../shared/domain/request.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
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
import { jpeg } from '../support/media.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const JPEG = jpeg();

const OURS = executionOf('ours');

const THEIRS = executionOf('theirs');

const BELOW = { name: 'RequestInvalidError', reason: 'threshold_below_policy' };

const OTHERWISE = { name: 'RequestInvalidError', reason: 'already_asked_otherwise' };

const ELSEWHERE = { name: 'ClaimedElsewhereError', reason: 'claimed_elsewhere' };

const test = withLocalAws('ClaimRequest', { media: true });

afterEach(() => {
  process.env.POLICIES = JSON.stringify({ default: { minimumThreshold: 0.65 } });
});

const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

let puts = 0;

const called = async (aws: LocalAws, options?: Options, more: object = {}) => {
  puts += 1;
  const { key, versionId } = await aws.put(`media/${puts}`, JPEG);
  return callOf({ media: { key, versionId }, ...(options ? { options } : {}), ...more });
};

const dropped = async (aws: LocalAws, options: Options) => {
  puts += 1;
  const { accountId, enrollmentId } = newPerson();
  const metadata = { 'user-authorized': 'true', options: JSON.stringify(options) };
  return dropOf(await aws.put(`inbox/${accountId}/${enrollmentId}/${puts}.jpg`, JPEG, metadata));
};

const ticketed = async (aws: LocalAws, options: Options) => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const }, options };
  const ticket = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, ticket);
  return dropOf(await aws.put(ticket.upload?.key ?? '', JPEG));
};

const entryPoints = [
  ['a drop', dropped],
  ["a ticket's drop", ticketed],
  ['a call', called],
] as const;

describe.each(entryPoints)('the floor of the deployment holds for %s', (_, asking) => {
  test('refuses a lower threshold by name before a claim is written, and the detail states the floor', async ({
    aws,
  }) => {
    const request = await asking(aws, { threshold: 0.3 });
    const { name, message } = await errorOf(claiming(request));
    expect([name, message]).toEqual([
      BELOW.name,
      expect.stringMatching(/^threshold_below_policy: options\.threshold: must be at least 0\.65,/),
    ]);
    expect((await aws.items()).filter(({ owner }) => owner === OURS)).toEqual([]);
  });

  test('fills in an absent threshold or similarity, and the claim states what is sent', async ({ aws }) => {
    process.env.POLICIES = JSON.stringify({ default: { minimumThreshold: 0.8 } });
    expect((await claiming(await asking(aws, {}), executionOf('a'))).requested).toEqual({
      threshold: 0.8,
      subvalidations: ['similarity'],
    });
  });

  test('sends a higher threshold as it is', async ({ aws }) => {
    const { requested } = await claiming(await asking(aws, { threshold: 0.9 }), executionOf('b'));
    expect(requested).toEqual({ threshold: 0.9, subvalidations: ['similarity'] });
  });
});

describe('a repeat is compared by what is sent', () => {
  test('treats an absent option like its default', async ({ aws }) => {
    const request = await called(aws);
    await claiming(request);
    for (const options of [
      { threshold: 0.65 },
      { subvalidations: ['similarity' as const] },
      { liveness: 'disabled' as const },
    ]) {
      expect(await thrownBy(claiming({ ...request, options }, THEIRS))).toEqual(ELSEWHERE);
    }
    expect(await thrownBy(claiming({ ...request, options: { threshold: 0.66 } }, THEIRS))).toEqual(OTHERWISE);
  });

  test('never gives an old approval to a call under a higher floor', async ({ aws }) => {
    const request = await called(aws);
    const { revalidationId } = await claiming(request);
    const decidedAt = new Date().toISOString();
    await recordOutcome(aws.ledger, { revalidationId, status: 'approved', decidedBy: 'poll', decidedAt }, OURS);
    expect(await thrownBy(claiming(request, THEIRS))).toMatchObject({ reason: 'already_decided' });
    process.env.POLICIES = JSON.stringify({ default: { minimumThreshold: 0.8 } });
    expect(await thrownBy(claiming(request, THEIRS))).toEqual(OTHERWISE);
    expect(await thrownBy(claiming({ ...request, options: { threshold: 0.65 } }, THEIRS))).toEqual(BELOW);
  });

  test('keeps the claim of a run when the floor is raised between two of its tries', async ({ aws }) => {
    const request = await called(aws);
    const claim = await claiming(request);
    process.env.POLICIES = JSON.stringify({ default: { minimumThreshold: 0.8 } });
    expect(await claiming(request)).toEqual(claim);
  });
});
