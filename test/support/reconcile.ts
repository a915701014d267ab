/** Fixtures of lost answers: the clock is set by hand, and a server in place of Truora loses calls and shows a list. */

import { vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { claimOf, context, eventOf, executionOf, newPerson, newValidationId } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

export const OURS = executionOf('ours');

export const UNSETTLED = { name: 'CreationUnsettledError', reason: 'creation_unsettled' };

export const test = withLocalAws('CreateValidation', { truora: true });

export const closers: (() => Promise<void>)[] = [];

test.beforeEach(({ aws }) => {
  vi.useFakeTimers({ toFake: ['Date'] });
  process.env.SETTLE_SECONDS = '60';
  aws.metrics.length = 0;
});

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.ON_UNRESOLVED = 'fail-for-human';
  Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: false, listLagMs: 0, createLateMs: 500 });
  for (const close of closers.splice(0)) await close();
});

export const creating = (claim: Claim) =>
  handler(eventOf('CreateValidation', { claim }, { executionId: OURS }), context);

export const claimed = async (aws: LocalAws, suffix = '', more: Partial<Claim> = {}) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const claim = claimOf({ ...person, ...more });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

export const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

/**
 * Retries as often as the creation is unsettled. Every half settle window: the list is read at one of these moments, and an entry between
 * them only waits, which a test of its own shows.
 */
export const comingBack = async (claim: Claim) => {
  for (let entry = 1; entry < 20; entry += 1) {
    const ending = await creating(claim).catch((error: Error) => error);
    if (!(ending instanceof Error)) return ending;
    if (ending.name !== 'CreationUnsettledError') throw ending;
    later(30);
  }
  throw new TypeError('it never settles');
};

type Kept = { attempts?: Attempt[]; orphans?: string[]; phase: string; validationId?: string };

export const recordOf = async (aws: LocalAws, { revalidationId }: Claim) =>
  (await aws.item(`RUN#${revalidationId}`)) as Kept;

export const attemptsOf = async (aws: LocalAws, claim: Claim) =>
  ((await recordOf(aws, claim)).attempts ?? []).map(({ n, result }) => `${n} ${result}`);

export const intentOf = (aws: LocalAws, { accountId }: Claim) => aws.item(`ACC#${accountId}`);

export const orphansCounted = (aws: LocalAws) => aws.metrics.reduce((sum, { Orphans = 0 }) => sum + Number(Orphans), 0);

export const LINK = 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary';

export const rowOf = ({ accountId }: Claim, more: object = {}) => ({
  validation_id: newValidationId(),
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  threshold: 0.7,
  creation_date: new Date().toISOString().replace('Z', '161454Z'),
  ...more,
});

export const withLink = (claim: Claim, more: object = {}) =>
  rowOf(claim, { instructions: { file_upload_link: LINK }, ...more });
