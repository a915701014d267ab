/** Fixtures of SweepLedger: cases at any point, and a server in place of Truora. The hook resets the local AWS. */

import { afterAll } from 'vitest';
import { handler } from '../../functions/sweep-ledger.ts';
import type { LocalServer } from '../../infra/local/http.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Claim, Outcome } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordCreated } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { claimOf, context, executionOf, inMinutes, journalOf } from './journal.ts';
import { type Asked, type Line, type LocalAws, standIn } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

export const OURS = executionOf('ours');

export const HOUR = 60;

export const test = withLocalAws('SweepLedger', { media: true });

export let truora: LocalServer & { asked: Asked[] };

test.beforeEach(async ({ aws }) => {
  aws.setDelivery();
  aws.openBus(true);
  aws.statuses.clear();
  aws.announced.length = 0;
  aws.resumed.length = 0;
  aws.lines.length = 0;
  aws.metrics.length = 0;
  await says({ status: 404 });
});

export const says = async (...script: Line[]) => {
  await truora?.close();
  truora = await standIn(...script);
  process.env.TRUORA_ORIGIN = truora.origin;
};

afterAll(() => truora.close());

export const sweep = () => handler({}, context);

/** Truora's answer that approves the person of a case. */
export const approval = (
  { claim, validation }: { claim: Pick<Claim, 'accountId' | 'enrollmentId'>; validation: { validationId: string } },
  more: object = {},
): Line => ({
  status: 200,
  body: {
    validation_id: validation.validationId,
    account_id: claim.accountId,
    validation_status: 'success',
    threshold: 0.7,
    details: {
      face_recognition_validations: {
        enrollment_id: claim.enrollmentId,
        similarity_status: 'success',
        confidence_score: 0.9,
      },
    },
    ...more,
  },
});

export const itemOf = (aws: LocalAws, revalidationId: string) => aws.item(`RUN#${revalidationId}`);

export const details = (aws: LocalAws) => aws.announced.map(({ detail }) => detail);

/** Leaves the record as it is, and makes it due now: no test waits for five minutes, or for a day. */
export const due = async (aws: LocalAws, revalidationId: string, more: Record<string, unknown> = {}) => {
  const item = await itemOf(aws, revalidationId);
  if (!item) throw new TypeError('the record does not exist');
  const shard = `due#${revalidationId[3]}`;
  await aws.putItem({ ...item, pk: `RUN#${revalidationId}`, shard, dueAt: inMinutes(-1), ...more });
};

/** A case that is being worked on, with its validation. */
const begun = async (aws: LocalAws, more: Partial<Claim>) => {
  const { claim, validation } = journalOf({ claim: claimOf(more) });
  await claimRecord(aws.ledger, claim, OURS);
  await recordCreated(
    aws.ledger,
    { revalidationId: claim.revalidationId, owner: OURS },
    { ...validation, uploadLink: 'https://files.example.com/u' },
    { attempt: { n: 1, at: claim.claimedAt, result: 'created', validationId: validation.validationId }, orphans: [] },
  );
  return { claim, validation };
};

/** A case that is being worked on, with its validation, and due. */
export const running = async (aws: LocalAws, more: Partial<Claim> = {}) => {
  const { claim, validation } = await begun(aws, more);
  await due(aws, claim.revalidationId);
  return { claim, validation };
};

/** A case that has ended, hours ago, and was told of. */
export const ended = async (
  aws: LocalAws,
  status: OutcomeStatus,
  { hours = 25, reason, more = {} }: { hours?: number; reason?: string; more?: Partial<Claim> } = {},
) => {
  const { claim, validation } = await begun(aws, more);
  const { revalidationId, accountId, enrollmentId, reference } = claim;
  const outcome: Outcome = {
    revalidationId,
    status,
    ...(reason ? { reason } : {}),
    accountId,
    enrollmentId,
    ...(reference ? { reference } : {}),
    validationId: validation.validationId,
    decidedBy: 'workflow',
    decidedAt: inMinutes(-hours * HOUR),
  };
  await recordOutcome(aws.ledger, outcome, OURS);
  await due(aws, revalidationId, { announced: outcome.decidedAt });
  return { claim, validation, outcome };
};
