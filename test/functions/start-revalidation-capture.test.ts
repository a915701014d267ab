import { createHash, randomUUID } from 'node:crypto';
import { afterEach, describe, expect } from 'vitest';
import type { Started } from '../../shared/domain/api.ts';
import { captureBody, SPEECH } from '../support/capture.ts';
import { codeOf, contentOf } from '../support/routes.ts';
import { asking, test } from '../support/start-revalidation.ts';

afterEach(() => {
  process.env.CAPTURE_URL = 'https://check.example.com/';
});

const tokenOf = (url = '') => url.split('#')[1] ?? '';

const hashed = (token: string) => createHash('sha256').update(token).digest('hex');

describe('a call for a capture link', () => {
  test('answers the page with a token behind #, and the ledger holds its hash alone', async ({ aws }) => {
    const body = captureBody();
    const answer = await asking(body);
    const { revalidationId, captureUrl, upload, phase } = contentOf<Started>(answer);
    expect([answer.statusCode, phase, upload]).toEqual([202, 'awaiting_consent', undefined]);
    expect(captureUrl).toMatch(/^https:\/\/check\.example\.com\/#[\w-]{43}$/);
    const token = tokenOf(captureUrl);
    const { accountId } = body;
    expect(await aws.item(`LINK#${hashed(token)}`)).toMatchObject({ revalidationId, accountId });
    expect(JSON.stringify(await aws.items())).not.toContain(token);
    expect(await aws.item(`TICKET#${revalidationId}`)).not.toHaveProperty('userAuthorized');
    expect(aws.started).toEqual([]);
    expect(aws.lines.join()).not.toContain(token);
  });

  test('answers a form too where the person has agreed already', async () => {
    const { upload, phase, captureUrl } = contentOf<Started>(
      await asking(captureBody({ userAuthorized: true, options: { liveness: 'passive' } })),
    );
    expect(phase).toBe('awaiting_upload');
    expect(upload?.fields).toMatchObject({ 'Content-Type': 'video/mp4' });
    expect(captureUrl).toBeDefined();
  });

  test('makes another link when it is repeated with its key, and the case stays one', async () => {
    const [body, headers] = [captureBody(), { 'idempotency-key': randomUUID() }];
    const [first, again] = [await asking(body, headers), await asking(body, headers)].map((one) =>
      contentOf<Started>(one),
    );
    expect(again).toMatchObject({ revalidationId: first?.revalidationId, isRepeat: true });
    expect(tokenOf(again?.captureUrl)).toHaveLength(43);
    expect(again?.captureUrl).not.toBe(first?.captureUrl);
  });

  const invalid: [string, string, object][] = [
    ['for media that exists', 'request_invalid', { media: { key: 'media/a.jpg' } }],
    ['that is live without speech', 'request_invalid', { capture: 'live' }],
    ['with speech that is not live', 'speech_match_needs_live_capture', { options: SPEECH }],
    ['live without a precision', 'request_invalid', { capture: 'live', options: { subvalidations: ['speech_match'] } }],
    ['with another word', 'request_invalid', { capture: 'later' }],
    ['with a receipt and no consent', 'consent_missing', { consentReceiptId: `CNS${'0'.repeat(32)}` }],
    ['for a country without a text', 'consent_text_unknown', { country: 'AR' }],
    ['whose consent is false', 'consent_missing', { userAuthorized: false }],
  ];
  test.for(invalid)('fails, and nothing is written: %s', async ([_, code, more], { aws }) => {
    expect(codeOf(await asking(captureBody(more)))).toBe(code);
    expect(aws.writes()).toEqual([]);
  });

  test('fails where the deployment has no page', async () => {
    process.env.CAPTURE_URL = 'none';
    expect(codeOf(await asking(captureBody()))).toBe('request_invalid');
    expect(codeOf(await asking(captureBody({ userAuthorized: true })))).toBe('request_invalid');
  });
});
