import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { drop, putMedia } from '../../infra/local/put-media.ts';
import type { Announcement } from '../../shared/domain/announcement.ts';
import type { ConsentReceipt } from '../../shared/domain/consent.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { calling, problemIn, upload } from '../support/callers.ts';
import { consentBody } from '../support/consent.ts';
import { fileOf, photo, someone } from '../support/drops.ts';
import { waitFor } from '../support/wait-for.ts';

const alternative = { text: 'visit a branch' };

const announced: BusEvent[] = [];

let system: LocalSystem;

let call: ReturnType<typeof calling>;

beforeAll(async () => {
  system = await startLocalSystem({
    config: { consentMode: 'receipt', alternative },
    onAnnounced: (event) => announced.push(event),
  });
  call = calling(system);
});

afterAll(() => system.close());

type Who = { accountId: string; enrollmentId: string };

const give = async ({ accountId }: Who): Promise<ConsentReceipt> => {
  const { status, content } = await call('POST /consents', { body: consentBody({ accountId }) });
  expect(status).toBe(200);
  return content as unknown as ConsentReceipt;
};

const revoke = (receiptId: string) => call(`POST /consents/${receiptId}/revoke`);

const dropping = async (who: Who, consentReceiptId?: string) => {
  const file = fileOf(photo);
  const versionId = await drop(system, { file, ...who, name: 'a.jpg', options: {}, consentReceiptId });
  return { versionId, execution: await system.executionOf(versionId) };
};

const recordOf = async ({ accountId }: Who) => (await system.recordsOf(accountId)).records[0];

const inPhase = (who: Who, phase: string) =>
  waitFor(async () => {
    const record = await recordOf(who);
    expect(record?.phase).toBe(phase);
    return record;
  });

const charged = () => system.sandbox?.counts().charges;

const eventsOf = (id: string | undefined) =>
  announced.map(({ detail }) => detail as Announcement).filter(({ revalidationId }) => revalidationId === id);

const isKept = async (key: string, versionId: string): Promise<boolean> => {
  const { S3Client, HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const s3 = new S3Client({});
  return s3
    .send(new HeadObjectCommand({ Bucket: system.bucket, Key: key, VersionId: versionId }))
    .then(
      () => true,
      () => false,
    )
    .finally(() => s3.destroy());
};

describe('a drop, where receipts are required', () => {
  test('with a receipt is approved, and its record names the receipt and the text', async () => {
    const who = await someone(system);
    const { receiptId, textSha256 } = await give(who);
    const { execution } = await dropping(who, receiptId);
    await execution.ended;
    expect(execution.output).toMatchObject({ status: 'approved' });
    expect(await recordOf(who)).toMatchObject({ consentReceiptId: receiptId, consentTextSha256: textSha256 });
  });

  test('without one is refused, and nothing is charged', async () => {
    const who = await someone(system);
    const before = charged();
    const { execution } = await dropping(who);
    await execution.ended;
    expect(execution.output).toMatchObject({ status: 'refused', reason: 'consent_missing' });
    expect(execution.status).toBe('SUCCEEDED');
    expect(charged()).toBe(before);
  });

  test('is refused with a receipt that was revoked, and with that of another person', async () => {
    const [who, another] = [await someone(system), await someone(system)];
    const before = charged();
    const { receiptId } = await give(who);
    await revoke(receiptId);
    const given = [
      [receiptId, 'consent_revoked'],
      [(await give(another)).receiptId, 'consent_unknown'],
    ] as const;
    for (const [id, reason] of given) {
      const { execution } = await dropping(who, id);
      await execution.ended;
      expect(execution.output).toMatchObject({ status: 'refused', reason });
    }
    expect(charged()).toBe(before);
  });
});

describe('a call of the API, where receipts are required', () => {
  const asked = (who: Who, more: object) =>
    call('POST /revalidations', { body: { ...who, userAuthorized: true, upload: { type: 'image/jpeg' }, ...more } });

  test('is refused without a receipt, and gets no form', async () => {
    const answer = await asked(await someone(system), {});
    expect(problemIn(answer)).toMatchObject({ code: 'consent_missing', errors: [{ path: 'consentReceiptId' }] });
  });

  test('with one is approved by its ticket, whose upload names no receipt', async () => {
    const who = await someone(system);
    const { receiptId } = await give(who);
    const { content } = await asked(who, { consentReceiptId: receiptId });
    await upload(content.upload, photo);
    expect(await inPhase(who, 'approved')).toMatchObject({ consentReceiptId: receiptId });
  });
});

describe('a consent that is revoked while its case runs', () => {
  test('before the charge ends it without a charge, and deletes its media', async () => {
    const who = await someone(system, '-enrollment-pending');
    const before = charged();
    const { receiptId } = await give(who);
    const { execution, versionId } = await dropping(who, receiptId);
    const record = await inPhase(who, 'claimed');
    expect((await revoke(receiptId)).status).toBe(200);
    await execution.ended;
    expect(execution.status).toBe('ABORTED');
    expect(await recordOf(who)).toMatchObject({
      phase: 'alternative_required',
      outcome: { reason: 'consent_revoked', alternative },
    });
    expect(eventsOf(record?.revalidationId)).toMatchObject([{ status: 'alternative_required', alternative }]);
    expect(charged()).toBe(before);
    expect(await isKept(`inbox/${who.accountId}/${who.enrollmentId}/a.jpg`, versionId)).toBe(false);
  });

  test('after the upload ends it as well, and a repeat changes nothing', async () => {
    const who = await someone(system, '-never');
    const { receiptId } = await give(who);
    const { execution, versionId } = await dropping(who, receiptId);
    await inPhase(who, 'moved');
    const first = await revoke(receiptId);
    await execution.ended;
    expect(await recordOf(who)).toMatchObject({ phase: 'alternative_required' });
    expect(await isKept(`inbox/${who.accountId}/${who.enrollmentId}/a.jpg`, versionId)).toBe(false);
    expect((await revoke(receiptId)).content).toEqual(first.content);
    expect(eventsOf((await recordOf(who))?.revalidationId)).toHaveLength(1);
  });

  test('leaves an approval of before alone', async () => {
    const who = await someone(system);
    const { receiptId } = await give(who);
    await (await dropping(who, receiptId)).execution.ended;
    await revoke(receiptId);
    expect(await recordOf(who)).toMatchObject({ phase: 'approved' });
  });

  test('is on the list of its person as revoked', async () => {
    const who = await someone(system);
    const { receiptId } = await give(who);
    await revoke(receiptId);
    const { content } = await call(`GET /accounts/${who.accountId}/consents`, { as: 'reader' });
    expect(content).toMatchObject({ consents: [{ receiptId, revokedAt: expect.stringMatching(/Z$/) }] });
  });
});

test('the person takes another way while the case waits: the execution succeeds with it', async () => {
  const who = await someone(system, '-never');
  const { receiptId } = await give(who);
  const { execution } = await dropping(who, receiptId);
  const { revalidationId = '' } = (await inPhase(who, 'moved')) ?? {};
  const answer = await call(`POST /revalidations/${revalidationId}/alternative`);
  expect(answer).toMatchObject({ status: 200, content: { status: 'alternative_required' } });
  await execution.ended;
  expect(execution.status).toBe('SUCCEEDED');
  expect(execution.output as Outcome).toMatchObject({ status: 'alternative_required', reason: 'alternative_chosen' });
  expect(eventsOf(revalidationId)).toMatchObject([{ status: 'alternative_required', alternative }]);
});

test('a case of a workflow is claimed under the receipt that its request names, and under none without', async () => {
  const who = await someone(system);
  const { receiptId: consentReceiptId } = await give(who);
  const key = `media/${who.accountId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo) });
  const asked = { kind: 'call', ...who, userAuthorized: true, media: { key, versionId } };
  const without = system.machine.start({ request: asked });
  await without.ended;
  expect(without.output).toMatchObject({ status: 'refused', reason: 'consent_missing' });
  const under = system.machine.start({ request: { ...asked, consentReceiptId } });
  await under.ended;
  expect(under.output).toMatchObject({ status: 'approved' });
});
