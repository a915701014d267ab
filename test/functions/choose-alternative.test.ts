import { describe, expect } from 'vitest';
import { handler } from '../../functions/choose-alternative.ts';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { claim, recordCreated } from '../../shared/ledger/claims.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import {
  answered,
  claimOf,
  context,
  createdAs,
  executionOf,
  inMinutes,
  newPerson,
  newRevalidationId,
  newValidationId,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER, callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OWNER = executionOf('owner');

const test = withLocalAws('ChooseAlternative');

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.resumed.length = 0;
  aws.announced.length = 0;
  aws.stopped.length = 0;
  process.env.ALTERNATIVE = JSON.stringify({ url: 'https://bank.example.com/branch' });
});

const choosing = (id: string) => handler(callEvent({ path: { id } }), context);

const claimed = async (aws: LocalAws) => {
  const wanted = claimOf();
  await claim(aws.ledger, wanted, OWNER);
  return wanted;
};

describe('another way', () => {
  test('ends the case with an answer, names the way of the deployment, and stops no execution', async ({ aws }) => {
    const { revalidationId, accountId } = await claimed(aws);
    expect(contentOf(await choosing(revalidationId))).toMatchObject({
      phase: 'alternative_required',
      endedBy: CALLER,
      outcome: { status: 'alternative_required', reason: 'alternative_chosen', accountId },
    });
    expect(aws.announced.map(({ detail }) => detail)).toMatchObject([
      { revalidationId, status: 'alternative_required', alternative: { url: 'https://bank.example.com/branch' } },
    ]);
    expect(aws.stopped).toEqual([]);
  });

  test('resumes an execution that waits for a webhook, so that it ends with this answer', async ({ aws }) => {
    const { revalidationId } = await claimed(aws);
    const validation = { validationId: newValidationId(), deadline: inMinutes(5) };
    const record = { revalidationId, owner: OWNER };
    await recordCreated(aws.ledger, record, createdAs(validation), answered(validation));
    await storeTaskToken(aws.table, validation, 'waiting');
    await choosing(revalidationId);
    expect(aws.resumed.map(({ taskToken }) => taskToken)).toEqual(['waiting']);
    const item = await aws.item(`RUN#${revalidationId}`);
    expect(item).not.toHaveProperty('uploadLink');
  });

  test.for([1, 2])('is chosen once when write %i was lost, or its answer', async (nth, { aws }) => {
    for (const delivery of ['lost', 'answer lost'] as const) {
      const { revalidationId } = await claimed(aws);
      aws.setWriteDelivery(nth, delivery);
      expect(codeOf(await choosing(revalidationId))).toBe('unexpected');
      aws.setDelivery();
      expect((await choosing(revalidationId)).statusCode).toBe(200);
      const { trail } = (await aws.item(`RUN#${revalidationId}`)) ?? {};
      expect(trail).toMatchObject([{ phase: 'claimed' }, { phase: 'alternative_required' }]);
    }
  });

  test('is refused for a case that has ended: its outcome stays', async ({ aws }) => {
    const { revalidationId } = await claimed(aws);
    const outcome = {
      revalidationId,
      status: 'approved',
      decidedBy: 'poll',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(aws.ledger, outcome, OWNER);
    expect(codeOf(await choosing(revalidationId))).toBe('already_decided');
    expect(await aws.item(`RUN#${revalidationId}`)).toMatchObject({ phase: 'approved', outcome });
  });

  test('is taken before the upload too', async ({ aws }) => {
    const id = newRevalidationId();
    const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
    await issueTicket(aws.ledger, uploadTicket(body, id, CALLER));
    expect(contentOf(await choosing(id))).toMatchObject({ phase: 'alternative_required', accountId: body.accountId });
  });

  test.for(['RVL1', newRevalidationId()])('answers that %s is unknown, and writes nothing', async (id, { aws }) => {
    expect(codeOf(await choosing(id))).toBe('revalidation_unknown');
    expect(aws.writes()).toEqual([]);
  });
});
