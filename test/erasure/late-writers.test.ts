import { describe, expect } from 'vitest';
import { handler as eraseHandler } from '../../functions/erase-account.ts';
import { handler as sweepHandler } from '../../functions/sweep-erasures.ts';
import { readEvidence } from '../../shared/aws/evidence-store.ts';
import { isBare } from '../../shared/evidence/sd-jwt.ts';
import { evidenceFromEnv } from '../../shared/lambda/clients.ts';
import { storeTaskToken } from '../../shared/ledger/callbacks.ts';
import { openIntent } from '../../shared/ledger/intents.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import {
  finishErasure,
  forgetLeft,
  noteAccount,
  noteLeft,
  personOf,
  putTombstone,
  readTombstone,
  wakeErasure,
} from '../../shared/ledger/tombstones.ts';
import { evidenceOf } from '../../shared/logic/evidence.ts';
import { dueNow, versionsUnder } from '../support/erasure.ts';
import { endedCase } from '../support/evidence.ts';
import { context, EVIDENCE_BUCKET, newPerson, newRevalidationId } from '../support/journal.ts';
import type { Delivery, LocalAws } from '../support/local-aws.ts';
import { callEvent } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('SweepErasures', { media: true, truora: true });

test.beforeAll(() => {
  process.env.ACCOUNT_CLAIM = 'none';
  process.env.DOCUMENTATION_URL = 'none';
});

const newCase = async (aws: LocalAws) => {
  const who = newPerson();
  const record = endedCase('approved', who);
  const outcome = { ...record.outcome, ...who };
  const id = record.revalidationId;
  await aws.putItem({ pk: `RUN#${id}`, ...record, outcome, expiresAt: 4_000_000_000 });
  return { ...who, id, person: personOf(who.accountId), validationId: record.validationId ?? '' };
};

const requestedAt = '2026-11-23T12:00:00.000Z';

const erase = (accountId: string) => eraseHandler(callEvent({ path: { accountId } }), context);

const sweep = async (aws: LocalAws, person: string) => {
  await dueNow(aws, person);
  await sweepHandler({}, context);
  return readTombstone(aws.table, person);
};

describe('a search that blanks a record', () => {
  test('is followed by one more, which bares the evidence that was signed meanwhile', async ({ aws }) => {
    const { id, person, accountId } = await newCase(aws);
    const before = await readRecord(aws.ledger, id);
    await putTombstone(aws.table, { person, accountId, requestedAt }, 0);
    expect(await sweep(aws, person)).not.toHaveProperty('finishedAt');
    // Its signer read the record before the search did.
    await evidenceOf(evidenceFromEnv(), id, before);
    expect(await sweep(aws, person)).toMatchObject({ finishedAt: expect.any(String) });
    const { text = '' } = (await readEvidence(EVIDENCE_BUCKET, id)) ?? {};
    expect(isBare(text)).toBe(true);
  });

  test('is followed by one more, which deletes the task token that was stored meanwhile', async ({ aws }) => {
    const { person, accountId, validationId } = await newCase(aws);
    await erase(accountId);
    await storeTaskToken(aws.table, { validationId, deadline: new Date().toISOString() }, 'token');
    expect(await sweep(aws, person)).toMatchObject({ finishedAt: expect.any(String) });
    expect(await aws.item(`WAIT#${validationId}`)).toBeUndefined();
    expect(await readTombstone(aws.table, person)).not.toHaveProperty('validationsLeft');
  });
});

test('a refusal that asks for one more search keeps the erasure due, before any call of a sweep', async ({ aws }) => {
  let isOver = false;
  for (let nth = 1; !isOver; nth += 1) {
    const { accountId } = newPerson();
    const person = personOf(accountId);
    await putTombstone(aws.table, { person, accountId, requestedAt }, 0);
    await dueNow(aws, person);
    let calls = 0;
    aws.setDelivery(async (): Promise<Delivery> => {
      calls += 1;
      if (calls === nth) await wakeErasure(aws.table, accountId, 50);
      return 'through';
    });
    await sweepHandler({}, context);
    aws.setDelivery();
    isOver = calls < nth;
    expect(Boolean((await readTombstone(aws.table, person))?.dueAt), `before call ${nth}`).toBe(!isOver);
  }
});

test('the call of an intent that an erasure finds open stays in doubt on its record', async ({ aws }) => {
  const { id, person, accountId } = await newCase(aws);
  await erase(accountId);
  const { openedAt = '' } = (await openIntent(aws.table, accountId, { revalidationId: id, attempt: 1 })) ?? {};
  expect(await sweep(aws, person)).toMatchObject({ finishedAt: expect.any(String) });
  expect(await aws.item(`ACC#${accountId}`)).toBeUndefined();
  expect((await aws.item(`RUN#${id}`))?.attempts).toContainEqual({ n: 1, at: openedAt, result: 'unconfirmed' });
});

describe('a tombstone without the account id', () => {
  test('learns it from the next call, and the face and the media are deleted', async ({ aws }) => {
    const who = await newCase(aws);
    const { person, accountId } = who;
    await aws.enroll(who);
    await putTombstone(aws.table, { person, requestedAt }, 0);
    await erase(accountId);
    await aws.put(`media/${accountId}/late.jpg`, 'face');
    expect(await sweep(aws, person)).toMatchObject({ finishedAt: expect.any(String), enrollments: 1 });
    expect(await versionsUnder(`media/${accountId}/`)).toEqual([]);
    expect(await readTombstone(aws.table, person)).not.toHaveProperty('accountId');
  });

  test('learns it from any item that a search finds, also from a later one', async ({ aws }) => {
    const { accountId } = newPerson();
    const person = personOf(accountId);
    const keys = Array.from({ length: 4 }, () => newRevalidationId());
    for (const key of keys) await aws.putItem({ pk: `KEY#${key}`, person });
    await aws.putItem({ pk: `TICKET#${newRevalidationId()}`, accountId });
    for (const key of keys) await aws.putItem({ pk: `KEY#late-${key}`, person });
    await aws.put(`media/${accountId}/late.jpg`, 'face');
    await putTombstone(aws.table, { person, requestedAt }, 0);
    expect(await sweep(aws, person)).toMatchObject({ finishedAt: expect.any(String) });
    expect(await versionsUnder(`media/${accountId}/`)).toEqual([]);
  });
});

describe('the end of an erasure', () => {
  const at = '2026-11-23T13:00:00.000Z';

  test.for([
    ['an enrollment', (table: string, person: string) => noteLeft(table, person, 'enrollmentsLeft', 'ENRlate')],
    ['a validation', (table: string, person: string) => noteLeft(table, person, 'validationsLeft', 'VLDlate')],
    ['the account id', (table: string, person: string) => noteAccount(table, person, 'late')],
  ] as const)(
    'is not written where %s was noted meanwhile, and a later note makes it due again',
    async ([, note], { aws: { table } }) => {
      const person = personOf(newPerson().accountId);
      await putTombstone(table, { person, requestedAt }, 0);
      const before = await readTombstone(table, person);
      if (!before) throw new TypeError('there is no tombstone');
      await note(table, person);
      await finishErasure(table, before, { at, isCertified: true });
      const open = await readTombstone(table, person);
      expect(open).toMatchObject({ dueAt: before.dueAt });
      expect(open).not.toHaveProperty('finishedAt');

      await forgetLeft(table, person, 'enrollmentsLeft', 'ENRlate');
      await forgetLeft(table, person, 'validationsLeft', 'VLDlate');
      await finishErasure(table, { ...before, ...open }, { at, isCertified: true });
      const finished = await readTombstone(table, person);
      expect(finished).toMatchObject({ finishedAt: at });
      expect(finished).not.toHaveProperty('accountId');
      expect(finished).not.toHaveProperty('dueAt');
      await note(table, person);
      expect(await readTombstone(table, person)).toMatchObject({ finishedAt: at, dueAt: expect.any(String) });
    },
  );
});
