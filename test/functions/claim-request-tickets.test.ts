import { describe, expect } from 'vitest';
import { uploadTicket } from '../../shared/domain/ticket.ts';
import { recordOutcome } from '../../shared/ledger/outcomes.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { claiming, JPEG, OURS, THEIRS, test } from '../support/claim-request.ts';
import { callOf, dropOf, newPerson, newRevalidationId, thrownBy } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';

describe('a drop under a ticket', () => {
  const ticketed = async (aws: LocalAws, more: object = {}) => {
    const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const }, ...more };
    const ticket = uploadTicket(body, newRevalidationId(), CALLER);
    await issueTicket(aws.ledger, ticket);
    const key = ticket.upload?.key ?? '';
    return { ticket, key, drop: async (bytes: Uint8Array = JPEG) => aws.put(key, bytes) };
  };

  test('claims a drop under the promised id, with the fields of its ticket', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws, {
      options: { threshold: 0.9, resultMode: 'poll' },
      reference: 'r',
    });
    expect(await claiming(dropOf(await upload()))).toMatchObject({
      revalidationId: ticket.revalidationId,
      accountId: ticket.accountId,
      userAuthorized: true,
      requested: { threshold: 0.9 },
      resultMode: 'poll',
      reference: 'r',
      calledBy: CALLER,
    });
  });

  test('claims the first version under a ticket, and treats every later one as a repeat', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws);
    const [first, second] = [dropOf(await upload()), dropOf(await upload(Buffer.from('%PDF')))];
    const claim = await claiming(first);
    expect(await thrownBy(claiming(second, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
    expect(await claiming(first)).toEqual(claim);
    const { revalidationId } = ticket;
    const outcome = {
      revalidationId,
      status: 'failed',
      decidedBy: 'workflow',
      decidedAt: new Date().toISOString(),
    } as const;
    await recordOutcome(aws.ledger, outcome, OURS);
    expect(await thrownBy(claiming(second, THEIRS))).toMatchObject({ name: 'AlreadyDecidedError' });
  });

  test('gives a call about the media of a ticket, for its person, the case of the ticket', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws);
    const put = await upload();
    await claiming(dropOf(put));
    const { accountId, enrollmentId } = ticket;
    const about = { media: { key: put.key, versionId: put.versionId }, enrollmentId };
    expect(await thrownBy(claiming(callOf({ ...about, accountId }), THEIRS))).toMatchObject({
      name: 'ClaimedElsewhereError',
    });
    const other = await claiming(callOf(about), THEIRS);
    expect(other.revalidationId).not.toBe(ticket.revalidationId);
  });

  test('gives a call that comes before the event of an upload the case of the ticket', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws, { options: { threshold: 0.9 } });
    const put = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const options = { threshold: 0.9 };
    const call = callOf({ accountId, enrollmentId, media: { key: put.key }, options });
    expect(await claiming(call, THEIRS)).toMatchObject({ revalidationId });
    expect(await thrownBy(claiming(dropOf(put)))).toMatchObject({ name: 'ClaimedElsewhereError' });
    // A later upload is a repeat of the first, which the call has entered.
    expect(await thrownBy(claiming(dropOf(await upload())))).toMatchObject({ name: 'ClaimedElsewhereError' });
    const records = (await aws.items()).filter(
      (item) => item.pk === `RUN#${revalidationId}` || item.accountId === accountId,
    );
    expect(records.filter(({ pk }) => String(pk).startsWith('RUN#'))).toHaveLength(1);
  });

  test('refuses a call with other options before the event of an upload, and leaves the ticket unused', async ({
    aws,
  }) => {
    const { ticket, drop: upload } = await ticketed(aws, { options: { threshold: 0.9 } });
    const put = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const others = [
      { options: { threshold: 0.75 }, enrollmentId },
      { options: { threshold: 0.9 }, enrollmentId: 'ENRother' },
    ];
    for (const other of others) {
      const call = callOf({ accountId, media: { key: put.key }, ...other });
      expect(await thrownBy(claiming(call, THEIRS))).toMatchObject({ reason: 'already_asked_otherwise' });
    }
    expect(await aws.item(`TICKET#${revalidationId}`)).not.toHaveProperty('droppedAs');
    expect(await claiming(dropOf(put))).toMatchObject({ revalidationId, requested: { threshold: 0.9 } });
  });

  test('finds the case of a ticket for a call whose media is gone', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws);
    const put = await upload();
    await claiming(dropOf(put));
    await aws.remove(put.key, put.versionId);
    const { accountId, enrollmentId } = ticket;
    const call = callOf({ accountId, enrollmentId, media: { key: put.key, versionId: put.versionId } });
    expect(await thrownBy(claiming(call, THEIRS))).toMatchObject({ name: 'ClaimedElsewhereError' });
    const stranger = callOf({ media: { key: put.key, versionId: put.versionId } });
    expect(await thrownBy(claiming(stranger, THEIRS))).toMatchObject({ reason: 'media_gone' });
  });

  test('claims a new case for a forced call about the media of a ticket', async ({ aws }) => {
    const { ticket, drop: upload } = await ticketed(aws);
    const { key } = await upload();
    const { accountId, enrollmentId, revalidationId } = ticket;
    const forced = callOf({
      accountId,
      enrollmentId,
      media: { key },
      forceNew: { reason: 'r' },
      idempotencyKey: revalidationId,
    });
    expect((await claiming(forced, THEIRS)).revalidationId).not.toBe(revalidationId);
    expect(await aws.item(`TICKET#${revalidationId}`)).not.toHaveProperty('droppedAs');
  });

  test('refuses a drop under a ticket id that was never promised when it has no consent', async ({ aws }) => {
    const { accountId, enrollmentId } = newPerson();
    const key = `inbox/${accountId}/${enrollmentId}/${newRevalidationId()}.jpg`;
    expect(await thrownBy(claiming(dropOf(await aws.put(key, JPEG))))).toMatchObject({ reason: 'consent_missing' });
  });
});
