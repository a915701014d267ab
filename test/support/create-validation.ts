/** Fixtures of CreateValidation. The hooks reset the local AWS and every setting that a test may change. */

import { vi } from 'vitest';
import { handler } from '../../functions/create-validation.ts';
import type { Attempt } from '../../shared/domain/attempts.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { claimOf, context, eventOf, executionOf, newPerson, newValidationId } from './journal.ts';
import { type Line, type LocalAws, standIn } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

export const OURS = executionOf('ours');

export const test = withLocalAws('CreateValidation', { truora: true });

const closers: (() => Promise<void>)[] = [];

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  process.env.TRUORA_ORIGIN = aws.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  process.env.SETTLE_SECONDS = '0';
  process.env.ON_UNRESOLVED = 'fail-for-human';
  process.env.DAILY_BUDGET = 'none';
  Object.assign(aws.sandbox.settings, { repeatsUploadLinkOnRead: false, listLagMs: 0 });
  for (const close of closers.splice(0)) await close();
});

export const creating = (claim: Claim, executionId = OURS) =>
  handler(eventOf('CreateValidation', { claim }, { executionId }), context);

/** A claimed request of a person with the scenario of that suffix in the sandbox. */
export const claimed = async (aws: LocalAws, suffix = '', more: Partial<Claim> = {}) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const claim = claimOf({ ...person, ...more });
  await claimRecord(aws.ledger, claim, OURS);
  return claim;
};

export const intentOf = (aws: LocalAws, { accountId }: Claim) => aws.item(`ACC#${accountId}`);

export const recordOf = (aws: LocalAws, { revalidationId }: Claim) => aws.item(`RUN#${revalidationId}`);

export const intentWord = async (aws: LocalAws, claim: Claim) => ((await intentOf(aws, claim)) ? 'open' : 'none');

export const linkOf = async (aws: LocalAws, claim: Claim) => String((await recordOf(aws, claim))?.uploadLink ?? '');

/** Retries as the machine does, as often as the creation is unsettled. */
export const comingBack = async (claim: Claim, executionId = OURS) => {
  for (let entry = 1; entry < 20; entry += 1) {
    const ending = await creating(claim, executionId).catch((error: Error) => error);
    if (!(ending instanceof Error)) return ending;
    if (ending.name !== 'CreationUnsettledError') throw ending;
  }
  throw new TypeError('it never settles');
};

/** The attempts on a record, as `1 not_found`. */
export const attemptsOf = async (aws: LocalAws, claim: Claim): Promise<string[]> => {
  const { attempts = [] } = (await recordOf(aws, claim)) as { attempts?: Attempt[] };
  return attempts.map(({ n, result }) => `${n} ${result}`);
};

/** What the sandbox has charged from now on. */
export const charging = (aws: LocalAws) => {
  const before = aws.sandbox.counts();
  return () => {
    const now = aws.sandbox.counts();
    return { creates: now.creates - before.creates, charges: now.charges - before.charges };
  };
};

export const answerFor = (accountId: string, more: object = {}): { status: number; body: Record<string, unknown> } => ({
  status: 200,
  body: {
    validation_id: newValidationId(),
    account_id: accountId,
    threshold: 0.65,
    instructions: { file_upload_link: 'https://files.truora.com/u/x?Expires=4102444800&Signature=canary' },
    ...more,
  },
});

/** Puts another server in place of Truora until the test is over. */
export const scripted = async (...script: Line[]) => {
  const truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
  closers.push(truora.close);
  return truora;
};
