import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { putMedia } from '../../infra/local/put-media.ts';
import { RevalidationPage, Started } from '../../shared/domain/api.ts';
import { MAX_MEDIA_BYTES } from '../../shared/domain/media.ts';
import { bodyOf, call, system, traces } from '../support/api.ts';
import { problemIn, upload } from '../support/callers.ts';
import { fileOf, photo, video } from '../support/drops.ts';
import { atStoppedTime } from '../support/stopped-time.ts';

const ended = async (id: string) => {
  for (;;) {
    const { content } = await call(`GET /revalidations/${id}`, { as: 'reader' });
    if (content.outcome) return content;
    await sleep(50);
  }
};

describe('a ticket', () => {
  test('returns a form whose upload becomes the drop, under the promised id', async () => {
    const body = await bodyOf('', { options: { threshold: 0.8 }, reference: 'case 7' });
    const { status, content } = await call('POST /revalidations', { body });
    expect(status).toBe(202);
    const { revalidationId, upload: form, phase } = Started.parse(content);
    expect(phase).toBe('awaiting_upload');
    expect(form?.fields.key).toBe(`inbox/${body.accountId}/${body.enrollmentId}/${revalidationId}.jpg`);
    expect(JSON.stringify(form)).not.toContain('"bucket"');
    if (!form) return;
    expect(await upload(form, photo)).toMatchObject({ status: 204 });
    const found = await ended(revalidationId);
    expect(found).toMatchObject({
      phase: 'approved',
      reference: 'case 7',
      requested: { threshold: 0.8 },
      calledBy: 'iam:arn:aws:sts::000000000000:assumed-role/Writer',
      outcome: { status: 'approved', revalidationId },
    });
  });

  test('takes one upload: a second one is recorded as a repeat, and costs nothing', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf('-slow') });
    const { revalidationId, upload: form } = Started.parse(content);
    if (!form) throw new TypeError('no form');
    await upload(form, photo);
    while (!(await system.record(revalidationId))) await sleep(20);
    expect(await upload(form, video, {})).toMatchObject({ status: 204 });
    // Not even media that would be refused takes the outcome away from the first.
    await upload(form, Buffer.from('%PDF-1.7'));
    const found = await ended(revalidationId);
    expect(found.phase).toBe('approved');
    const { records } = await system.recordsOf(found.accountId);
    expect(records.map((record) => record.revalidationId)).toEqual([revalidationId]);
    expect(await ended(revalidationId)).toMatchObject({ repeats: 2, receipt: { bytes: photo.length } });
    // The repeats are at their end too: what they write would be found among another test's traces.
    while (((await system.record(revalidationId))?.askedAgain ?? 0) < 2) await sleep(20);
  });

  test('leads to a refusal under its own id when its upload is no media', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    await upload(content.upload, Buffer.from('%PDF-1.7'));
    expect(await ended(content.revalidationId)).toMatchObject({
      phase: 'refused',
      outcome: { reason: 'media_type_not_supported' },
    });
  });

  test.each<[string, Record<string, string>, number, string]>([
    ["another person's key", { key: 'inbox/other/ENR1/x.jpg' }, 403, 'AccessDenied'],
    ['a key of another folder', { key: 'media/x.jpg' }, 403, 'AccessDenied'],
    ['another type', { 'Content-Type': 'text/html' }, 403, 'AccessDenied'],
    ['a field that is not allowed', { 'x-amz-meta-user-authorized': 'true' }, 403, 'AccessDenied'],
    ['another signature', { 'X-Amz-Signature': '0'.repeat(64) }, 403, 'SignatureDoesNotMatch'],
    ['another policy', { Policy: Buffer.from('{}').toString('base64') }, 403, 'SignatureDoesNotMatch'],
  ])('with another field is refused: %s', async (_, changes, status, code) => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    const before = await traces();
    expect(await upload(content.upload, photo, changes)).toEqual({ status, code });
    expect(await traces()).toEqual(before);
  });

  test.each([
    ['no byte', 0, 'EntityTooSmall'],
    ['a byte too many', MAX_MEDIA_BYTES + 1, 'EntityTooLarge'],
    ['11 MB', 11_000_000, 'EntityTooLarge'],
  ])('takes no upload of %s', async (_, bytes, code) => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    const before = await traces();
    expect(await upload(content.upload, Buffer.alloc(bytes))).toEqual({ status: 400, code });
    expect(await traces()).toEqual(before);
  });

  test('with a wider policy is refused, though nothing else was changed', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    const { Policy = '' } = content.upload.fields;
    const widened = Buffer.from(Policy, 'base64').toString('utf8').replace('10000000', '99999999');
    const before = await traces();
    const tampered = { Policy: Buffer.from(widened).toString('base64') };
    expect(tampered.Policy).not.toBe(Policy);
    expect(await upload(content.upload, photo, tampered)).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await traces()).toEqual(before);
  });

  test('that has expired takes nothing', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    const before = await traces();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
    const late = await upload(content.upload, photo).finally(() => vi.useRealTimers());
    expect(late).toEqual({ status: 403, code: 'AccessDenied' });
    expect(await traces()).toEqual(before);
    // It was the time, and nothing else.
    expect(await upload(content.upload, photo)).toMatchObject({ status: 204 });
    expect((await ended(content.revalidationId)).phase).toBe('approved');
  });

  test('that is used again with the same media after its end is a recorded repeat, and no run', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    await upload(content.upload, photo);
    const first = await ended(content.revalidationId);
    const creates = system.sandbox?.counts().creates;
    expect(await upload(content.upload, photo)).toMatchObject({ status: 204 });
    while ((await ended(content.revalidationId)).repeats !== 1) await sleep(50);
    expect(await ended(content.revalidationId)).toMatchObject({ outcome: first.outcome, trail: first.trail });
    expect(system.sandbox?.counts().creates).toBe(creates);
  });

  test('lives for five minutes', async () => {
    const body = await bodyOf();
    const { content, now } = await atStoppedTime(async (at) => ({
      ...(await call('POST /revalidations', { body })),
      now: at,
    }));
    const policy = JSON.parse(Buffer.from(content.upload.fields.Policy ?? '', 'base64').toString('utf8'));
    expect(Date.parse(content.upload.expiresAt)).toBe(now + 300_000);
    // Signed by the SDK's clock, which it sets by the answers of S3 after a test has moved ours.
    expect(Date.parse(policy.expiration)).toBeLessThanOrEqual(now + 300_000);
    expect(Date.parse(policy.expiration)).toBeGreaterThan(now + 240_000);
    expect(policy.conditions).toContainEqual(['content-length-range', 1, 10_000_000]);
  });
});

describe('existing media', () => {
  test('runs to its end once for any number of calls', async () => {
    const { upload: _, ...who } = await bodyOf();
    const key = `media/${who.accountId}.jpg`;
    await putMedia(system, { key, file: fileOf(photo) });
    const body = { ...who, media: { key } };
    const { status, content } = await call('POST /revalidations', { body });
    expect([status, content.phase]).toEqual([202, 'accepted']);
    expect((await ended(content.revalidationId)).phase).toBe('approved');
    const again = await call('POST /revalidations', { body });
    expect([again.status, again.content.revalidationId]).toEqual([200, content.revalidationId]);
    expect(again.content.outcome.status).toBe('approved');
  });
});

describe('an idempotency key', () => {
  test('returns the same re-validation for the same body, and 422 for another', async () => {
    const body = await bodyOf();
    const headers = { 'idempotency-key': `key-${body.accountId}` };
    const first = await call('POST /revalidations', { body, headers });
    const before = await traces();
    const second = await call('POST /revalidations', { body, headers });
    expect(second.content.revalidationId).toBe(first.content.revalidationId);
    const other = await call('POST /revalidations', { body: { ...body, reference: 'other' }, headers });
    expect(problemIn(other)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(await traces()).toEqual(before);
  });
});

describe('a cancellation', () => {
  test('ends a run, stops its execution and frees the person', async () => {
    const body = await bodyOf('-never');
    const { content } = await call('POST /revalidations', { body });
    await upload(content.upload, photo);
    while ((await call(`GET /revalidations/${content.revalidationId}`)).content.phase !== 'moved') await sleep(30);
    const canceled = await call(`POST /revalidations/${content.revalidationId}/cancel`);
    expect(canceled).toMatchObject({
      status: 200,
      content: { phase: 'canceled', canceledBy: 'iam:arn:aws:sts::000000000000:assumed-role/Writer' },
    });
    const owner = (await system.record(content.revalidationId))?.owner ?? '';
    expect(system.machine.describe(owner)?.status).toBe('ABORTED');
    expect(await call(`POST /revalidations/${content.revalidationId}/cancel`)).toMatchObject({ status: 200 });
  });

  test('before the upload makes the upload a repeat', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    const creates = system.sandbox?.counts().creates;
    await call(`POST /revalidations/${content.revalidationId}/cancel`);
    await upload(content.upload, photo);
    while (((await system.record(content.revalidationId))?.askedAgain ?? 0) < 1) await sleep(20);
    expect((await ended(content.revalidationId)).phase).toBe('canceled');
    expect(system.sandbox?.counts().creates).toBe(creates);
  });

  test('comes too late for a decided case', async () => {
    const { content } = await call('POST /revalidations', { body: await bodyOf() });
    await upload(content.upload, photo);
    await ended(content.revalidationId);
    const late = await call(`POST /revalidations/${content.revalidationId}/cancel`);
    expect(problemIn(late)).toMatchObject({ status: 409, code: 'already_decided' });
    expect((await ended(content.revalidationId)).phase).toBe('approved');
  });
});

test('lists a person page by page, newest first', async () => {
  const { upload: _, ...who } = await bodyOf();
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const key = `media/${who.accountId}-${name}.jpg`;
    await putMedia(system, { key, file: fileOf(photo) });
    const { content } = await call('POST /revalidations', { body: { ...who, media: { key } } });
    await ended(content.revalidationId);
    ids.unshift(content.revalidationId);
  }
  const path = `GET /accounts/${who.accountId}/revalidations`;
  const one = RevalidationPage.parse((await call(`${path}?limit=2`)).content);
  const two = RevalidationPage.parse((await call(`${path}?limit=2&cursor=${one.cursor}`)).content);
  expect([...one.revalidations, ...two.revalidations].map(({ revalidationId }) => revalidationId)).toEqual(ids);
  expect(two.cursor).toBeUndefined();
});
