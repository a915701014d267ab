import { describe, expect } from 'vitest';
import { handler } from '../../functions/await-media.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { liveTicket } from '../../shared/domain/ticket.ts';
import { claim as claimRecord, recordCreated } from '../../shared/ledger/claims.ts';
import { recordCancellation } from '../../shared/ledger/outcomes.ts';
import { enterRecording } from '../../shared/ledger/recordings.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { SPEECH } from '../support/capture.ts';
import { video } from '../support/drops.ts';
import {
  answered,
  claimOf,
  context,
  eventOf,
  executionOf,
  inMinutes,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { mp4 } from '../support/media.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const OURS = executionOf('ours');

const test = withLocalAws('AwaitMedia', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.resumed.length = 0;
  aws.announced.length = 0;
});

/** A live capture whose validation exists, and the key of its recording. */
const waiting = async (aws: LocalAws, minutes = 5) => {
  const { media: _, ...rest } = claimOf({ requested: { ...SPEECH, subvalidations: [...SPEECH.subvalidations] } });
  const claim: Claim = { ...rest, capture: 'live' };
  await claimRecord(aws.ledger, claim, OURS);
  const ticket = liveTicket(claim);
  await issueTicket(aws.ledger, ticket);
  const until = inMinutes(minutes);
  const validation = {
    validationId: newValidationId(),
    deadline: inMinutes(9),
    recordBefore: until,
    recordUntil: until,
  };
  const { revalidationId } = claim;
  const created = { ...validation, uploadLink: 'https://files.truora.com/u/x', phrase: 'azul luna 7' };
  await recordCreated(aws.ledger, { revalidationId, owner: OURS }, created, answered(validation));
  // A token is good for one answer.
  const token = `token of ${revalidationId}`;
  const wait = (taskToken = token) =>
    handler(eventOf('AwaitMedia', { claim, validation }, { executionId: OURS, taskToken }), context);
  return { claim, validation, token, wait, pk: `RUN#${revalidationId}`, key: ticket.upload?.key ?? '' };
};

describe('the wait for a recording', () => {
  test('stores its token on the record, beside the phrase, and goes on waiting', async ({ aws }) => {
    const { wait, token, pk } = await waiting(aws);
    expect(await wait()).toBeUndefined();
    expect(await aws.item(pk)).toMatchObject({ mediaToken: token, phrase: 'azul luna 7', phase: 'created' });
    expect(aws.resumed).toEqual([]);
    await wait('newer');
    expect(await aws.item(pk)).toMatchObject({ mediaToken: 'newer' });
  });

  test('resumes itself with a recording that was entered before its token', async ({ aws }) => {
    const { wait, token, claim } = await waiting(aws);
    const { media } = claimOf({ accountId: claim.accountId });
    const entered = await enterRecording(aws.ledger, claim.revalidationId, media);
    expect(entered.taskToken).toBeUndefined();
    await wait();
    expect(aws.resumed).toEqual([{ taskToken: token, output: media }]);
  });

  test('gives its token to the recording that comes after it; a later recording changes nothing', async ({ aws }) => {
    const { wait, token, claim } = await waiting(aws);
    await wait();
    const { media } = claimOf({ accountId: claim.accountId });
    const other = { ...media, versionId: 'version-2' };
    const [first, second] = [
      await enterRecording(aws.ledger, claim.revalidationId, media),
      await enterRecording(aws.ledger, claim.revalidationId, other),
    ];
    expect([first.taskToken, first.record?.media]).toEqual([token, media]);
    expect(second.record?.media).toEqual(media);
  });

  test('finds a recording whose event was lost, holds it, and resumes itself with it', async ({ aws }) => {
    const { wait, key, claim } = await waiting(aws);
    const { versionId } = await aws.put(key, video);
    await wait();
    expect(aws.resumed).toMatchObject([{ output: { key, versionId, type: 'video/mp4', bytes: video.length } }]);
    const holds = (await aws.items()).filter(({ pk }) => String(pk).startsWith('HOLD#'));
    expect(holds.some(({ holders }) => (holders as Set<string>).has(claim.revalidationId))).toBe(true);
  });

  test('finds a recording whose event was lost behind newer files that cannot be it', async ({ aws }) => {
    const { wait, key } = await waiting(aws);
    await aws.put(`${key}.other`, video);
    const { versionId } = await aws.put(key, video);
    for (const bytes of [Buffer.from('%PDF-1.7'), mp4({ handlers: ['vide'] })]) await aws.put(key, bytes);
    await wait();
    expect(aws.resumed).toMatchObject([{ output: { key, versionId } }]);
  });

  test('takes no recording that was withdrawn before a newer file that cannot be it', async ({ aws }) => {
    const { wait, key, pk } = await waiting(aws);
    await aws.put(key, video);
    await aws.remove(key);
    await aws.put(key, Buffer.from('%PDF-1.7'));
    await wait();
    expect(aws.resumed).toEqual([]);
    expect(await aws.item(pk)).not.toHaveProperty('media');
  });

  test.for([
    ['a video without sound', mp4({ handlers: ['vide'] })],
    ['no video', Buffer.from('%PDF-1.7')],
  ] as const)('leaves %s to its own drop, and waits on', async ([_, bytes], { aws }) => {
    const { wait, key, pk } = await waiting(aws);
    await aws.put(key, bytes);
    await wait();
    expect(aws.resumed).toEqual([]);
    expect(await aws.item(pk)).not.toHaveProperty('media');
  });

  test('ends the case once the link has expired, says that the validation is unused, and removes the secrets', async ({
    aws,
  }) => {
    const { wait, pk, validation, key } = await waiting(aws, -0.01);
    await aws.put(key, video);
    expect(await thrownBy(wait())).toMatchObject({ name: 'AlreadyDecidedError' });
    const item = (await aws.item(pk)) ?? {};
    const { validationId } = validation;
    expect(item.outcome).toMatchObject({ status: 'expired', reason: 'media_not_recorded', validationId });
    expect(String((item.outcome as { detail?: string }).detail)).toMatch(/unused.*charged \(assumed\)/);
    for (const secret of ['phrase', 'mediaToken', 'uploadLink']) expect(item).not.toHaveProperty(secret);
    expect(aws.announced).toHaveLength(1);
    expect(await thrownBy(wait())).toMatchObject({ name: 'AlreadyDecidedError' });
    expect(aws.announced).toHaveLength(1);
  });

  test('goes on with a recording that was entered in time, also after the link has expired', async ({ aws }) => {
    const { wait, claim } = await waiting(aws, -0.01);
    const { media } = claimOf({ accountId: claim.accountId });
    await enterRecording(aws.ledger, claim.revalidationId, media);
    await wait();
    expect(aws.resumed).toMatchObject([{ output: media }]);
  });

  test('ends with the outcome of a case that was canceled, which takes no recording any more', async ({ aws }) => {
    const { wait, claim, pk } = await waiting(aws);
    await wait();
    await recordCancellation(aws.ledger, claim, CALLER);
    expect(await thrownBy(wait())).toMatchObject({ name: 'AlreadyDecidedError' });
    const { record, taskToken } = await enterRecording(aws.ledger, claim.revalidationId, claimOf().media);
    expect([record?.phase, record?.media, taskToken]).toEqual(['canceled', undefined, undefined]);
    expect(await aws.item(pk)).not.toHaveProperty('mediaToken');
  });

  test.for([1, 2, 3])(
    'loses nothing when write %i is lost, or its answer, and the step runs again',
    async (nth, { aws }) => {
      for (const delivery of ['lost', 'answer lost'] as const) {
        const { wait, token, key, pk } = await waiting(aws);
        await aws.put(key, video);
        aws.setWriteDelivery(nth, delivery);
        await wait('first').catch(() => {});
        aws.setDelivery();
        aws.resumed.length = 0;
        await wait(`second ${token}`);
        expect(aws.resumed).toMatchObject([{ taskToken: `second ${token}`, output: { key } }]);
        expect(await aws.item(pk)).toMatchObject({ media: { key } });
      }
    },
  );
});
