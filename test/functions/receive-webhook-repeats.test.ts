import { describe, expect } from 'vitest';
import { handler as awaitWebhook } from '../../functions/await-webhook.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import { bindValidation } from '../../shared/ledger/bindings.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { claimOf, context, eventOf, inMinutes, journalOf } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import {
  about,
  broken,
  deadline,
  operations,
  receive,
  results,
  revalidationId,
  rung,
  sign,
  test,
  validationId,
  waitOf,
} from '../support/receive-webhook.ts';

describe('a webhook about a case that has ended', () => {
  const existing = async (aws: LocalAws, phase: 'created' | OutcomeStatus, more: object = {}) => {
    const { claim } = journalOf({ claim: claimOf({ revalidationId }) });
    const outcome = { revalidationId, status: phase, decidedBy: 'workflow', decidedAt: claim.claimedAt };
    const item = {
      pk: `RUN#${revalidationId}`,
      ...claim,
      owner: 'arn:owner',
      phase,
      trail: [],
      ...(phase === 'created' ? {} : { outcome }),
      ...more,
    };
    await aws.putItem(item);
    return item;
  };
  const record = (aws: LocalAws) => aws.item(`RUN#${revalidationId}`);

  test.for(['expired', 'failed', 'canceled'] as const)(
    'makes the follow-up of a case that is %s due at once',
    async (phase, { aws }) => {
      await existing(aws, phase);
      const before = new Date().toISOString();
      await receive(await sign([about()]));
      const { dueAt, lateWebhookAt, shard } = (await record(aws)) ?? {};
      expect([lateWebhookAt, shard]).toEqual([dueAt, `due#${revalidationId[3]}`]);
      expect(String(dueAt) >= before).toBe(true);
      expect(await waitOf(aws)).toMatchObject(rung);
    },
  );

  test.for(['approved', 'declined', 'refused', 'created'] as const)(
    'leaves a case that is %s as it is',
    async (phase, { aws }) => {
      const item = await existing(aws, phase);
      await receive(await sign([about()]));
      expect(await record(aws)).toEqual(item);
    },
  );

  test('leaves a case as it is that was amended by a result about the face, or whose follow-up is due already', async ({
    aws,
  }) => {
    const said = { at: inMinutes(0), from: 'sweep', status: 'approved' };
    for (const more of [{ amendments: [said] }, { lateWebhookAt: inMinutes(-1), dueAt: inMinutes(-1) }]) {
      const item = await existing(aws, 'expired', more);
      await receive(await sign([about()]));
      expect(await record(aws)).toEqual(item);
    }
  });

  test('makes the follow-up due at once that an earlier webhook has postponed', async ({ aws }) => {
    await existing(aws, 'expired', { lateWebhookAt: inMinutes(-10), dueAt: inMinutes(10) });
    await receive(await sign([about()]));
    const { dueAt, lateWebhookAt } = (await record(aws)) ?? {};
    expect(String(dueAt) <= inMinutes(0)).toBe(true);
    expect(lateWebhookAt).toBe(dueAt);
  });

  test('changes nothing when it is `created`, or forged', async ({ aws }) => {
    const item = await existing(aws, 'expired');
    await receive(await sign([about('created')]));
    await receive(await sign([about()], 'another key'));
    expect(await record(aws)).toEqual(item);
  });

  test('gets no acknowledgement when it cannot be stored', async ({ aws }) => {
    await existing(aws, 'expired');
    aws.setWriteDelivery(2, 'lost');
    expect(await receive(await sign([about()]))).toMatchObject(broken);
  });
});

describe('a replayed webhook', () => {
  test('costs at most one write more, and changes nothing', async ({ aws }) => {
    const token = await sign([about()]);
    await receive(token);
    const before = await aws.items();
    aws.calls.length = 0;
    expect(await receive(token)).toEqual({ statusCode: 200 });
    expect(aws.writes().length).toBeLessThanOrEqual(1);
    expect(await aws.items()).toEqual(before);
  });

  test('resumes no execution a second time', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-c');
    const token = await sign([about()]);
    await receive(token);
    expect(await receive(token)).toEqual({ statusCode: 200 });
    expect(aws.resumed).toHaveLength(1);
  });

  test('costs one write and two reads, and one read more where an execution was waiting', async ({ aws }) => {
    const token = await sign([about()]);
    await receive(token);
    aws.calls.length = 0;
    await receive(token);
    expect(operations(aws)).toEqual(['GetItem', 'UpdateItem', 'GetItem']);
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-measured');
    await receive(token);
    aws.calls.length = 0;
    await receive(token);
    expect(operations(aws)).toEqual(['GetItem', 'UpdateItem', 'SendTaskSuccess', 'GetItem', 'GetItem']);
  });

  test('gets a 200 days after the end', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-d');
    aws.overTokens.add('token-d');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(aws.resumed).toEqual([]);
    expect(results(aws)).toEqual(['late']);
  });

  test('resumes the execution once when it comes many times at once', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'token-e');
    const token = await sign([about()]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => receive(token)));
    expect(answers).toEqual(Array(10).fill({ statusCode: 200 }));
    expect(aws.resumed).toHaveLength(1);
  });
});

describe('a webhook that comes before the token', () => {
  test('makes AwaitWebhook resume itself', async ({ aws }) => {
    const journal = journalOf({ validation: { validationId, deadline } });
    await receive(await sign([about()]));
    expect(aws.resumed).toEqual([]);
    await awaitWebhook(eventOf('AwaitWebhook', journal, { taskToken: 'token-f' }), context);
    expect(aws.resumed).toEqual([{ taskToken: 'token-f', output: (await waitOf(aws))?.notification }]);
  });

  test('resumes the execution exactly once, before, after or together with the token', async ({ aws }) => {
    for (let race = 0; race < 10; race += 1) {
      const journal = journalOf();
      await bindValidation(aws.table, journal.validation, journal.claim.revalidationId, 30);
      const taskToken = `race-${race}`;
      const webhook = await sign([about('succeeded', journal.validation.validationId)]);
      await Promise.all([receive(webhook), awaitWebhook(eventOf('AwaitWebhook', journal, { taskToken }), context)]);
      expect(aws.resumed.filter((one) => one.taskToken === taskToken)).toHaveLength(1);
    }
  });
});

describe('a webhook whose token is no longer valid', () => {
  /** A retry stores a newer token after the notification was read with the older one, and before that one is found invalid. */
  const retriedMeanwhile = async (aws: LocalAws, older: string, newer: string) => {
    await storeTaskToken(aws.table, { validationId, deadline }, older);
    aws.overTokens.add(older);
    aws.setDelivery(async ({ operation }): Promise<Delivery> => {
      if (operation === 'SendTaskSuccess') {
        await aws.putItem({ pk: `WAIT#${validationId}`, taskToken: newer, notification: { receivedAt: deadline } });
      }
      return 'through';
    });
  };

  test('resumes the execution with the newer token, if there is one', async ({ aws }) => {
    await retriedMeanwhile(aws, 'older-a', 'newer-a');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(aws.resumed.map(({ taskToken }) => taskToken)).toEqual(['newer-a']);
    expect(results(aws)).toEqual(['resumed']);
  });

  test('tries only that newer token', async ({ aws }) => {
    await retriedMeanwhile(aws, 'older-b', 'newer-b');
    aws.overTokens.add('newer-b');
    expect(await receive(await sign([about()]))).toEqual({ statusCode: 200 });
    expect(operations(aws).filter((operation) => operation === 'SendTaskSuccess')).toHaveLength(2);
    expect(aws.resumed).toEqual([]);
    expect(results(aws)).toEqual(['late']);
  });

  test('does not try the same token again', async ({ aws }) => {
    await storeTaskToken(aws.table, { validationId, deadline }, 'older-c');
    aws.overTokens.add('older-c');
    await receive(await sign([about()]));
    expect(operations(aws).filter((operation) => operation === 'SendTaskSuccess')).toHaveLength(1);
  });
});
