import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { dropped, fileOf, photo, someone, video } from '../support/drops.ts';
import { claimOf, journalOf } from '../support/journal.ts';

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem();
});

afterAll(() => system.close());

const charges = () => system.sandbox?.counts().creates;

describe('a drop with a strange name', () => {
  const names = [
    'José Núñez (1).mp4',
    'a+b%2B.jpg',
    'a"b.jpg',
    'a\\b.jpg',
    '","kind":"call.jpg',
    '$&$1.jpg',
    '\u{1f600}.jpg',
    'ends in a space .jpg',
  ];
  test.concurrent.each(names)('runs to its end: %j', async (name) => {
    const { accountId, enrollmentId } = await someone(system);
    const { execution } = await dropped(system, { key: `inbox/${accountId}/${enrollmentId}/${name}` });
    expect((execution.output as Outcome).status).toBe('approved');
    const { records } = await system.recordsOf(accountId);
    expect(records.map(({ media }) => media?.key)).toEqual([`inbox/${accountId}/${enrollmentId}/${name}`]);
  });

  test('runs to its end with 1,024 bytes of key', async () => {
    const { accountId, enrollmentId } = await someone(system);
    const prefix = `inbox/${accountId}/${enrollmentId}/`;
    const { execution } = await dropped(system, { key: `${prefix}${'k'.repeat(1020 - prefix.length)}.jpg` });
    expect((execution.output as Outcome).status).toBe('approved');
  });
});

describe('a drop that cannot be sent to Truora is recorded as refused, once, and costs nothing', () => {
  const mine = '{account}/{enrollment}';
  const consent = { 'user-authorized': 'true' };
  const rows: [string, { key: string; bytes?: Buffer; metadata?: Record<string, string> }, string, RegExp][] = [
    ['no enrollment in the key', { key: 'inbox/person/face.jpg' }, 'unreadable_key', /^key: must be inbox/],
    ['dots for an account', { key: 'inbox/../ENR1/face.jpg' }, 'unreadable_key', /^key/],
    ['JSON for a name', { key: `inbox/${mine}/","kind":"call` }, 'unreadable_key', /^key/],
    ['no consent', { key: `inbox/${mine}/a.jpg`, metadata: {} }, 'consent_missing', /x-amz-meta-user-authorized/],
    [
      'refused consent',
      { key: `inbox/${mine}/a.jpg`, metadata: { 'user-authorized': 'false' } },
      'consent_missing',
      /user-authorized/,
    ],
    [
      'options that are no JSON',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: '{threshold' } },
      'request_invalid',
      /x-amz-meta-options: must be JSON/,
    ],
    [
      'a threshold of 1.5',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: '{"threshold":1.5}' } },
      'request_invalid',
      /x-amz-meta-options\.threshold: must be 0 to 1/,
    ],
    [
      'an unknown option',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: '{"treshold":0.5}' } },
      'request_invalid',
      /unknown field "treshold"/,
    ],
    [
      'options of 513 bytes',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: JSON.stringify({ x: 'y'.repeat(505) }) } },
      'request_invalid',
      /at most 512 bytes/,
    ],
    [
      'a retry without liveness',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: '{"retryOf":"VLD1"}' } },
      'request_invalid',
      /retryOf: needs passive liveness/,
    ],
    [
      'speech',
      {
        key: `inbox/${mine}/a.mp4`,
        bytes: video,
        metadata: { ...consent, options: '{"subvalidations":["speech_match"],"minimumPrecision":"low"}' },
      },
      'speech_match_needs_live_capture',
      /speech_match/,
    ],
    ['an empty file', { key: `inbox/${mine}/a.jpg`, bytes: Buffer.alloc(0) }, 'media_empty', /at least 1 byte/],
    [
      'a file of 10,000,001 bytes',
      { key: `inbox/${mine}/a.jpg`, bytes: Buffer.concat([photo, Buffer.alloc(10_000_001 - photo.length)]) },
      'media_too_large',
      /at most 10000000 bytes/,
    ],
    [
      'a PDF named .jpg',
      { key: `inbox/${mine}/a.jpg`, bytes: Buffer.from('%PDF-1.7 something') },
      'media_type_not_supported',
      /jpeg, png, webp/,
    ],
    [
      'a photo for passive liveness',
      { key: `inbox/${mine}/a.jpg`, metadata: { ...consent, options: '{"liveness":"passive"}' } },
      'photo_cannot_prove_liveness',
      /needs a video/,
    ],
  ];
  test.each(rows)('with %s', async (_, { key, ...object }, reason, detail) => {
    const { accountId, enrollmentId } = await someone(system);
    const before = charges();
    const { execution, versionId } = await dropped(system, {
      key: key.replace('{account}', accountId).replace('{enrollment}', enrollmentId),
      ...object,
    });
    expect(execution.status).toBe('SUCCEEDED');
    const outcome = execution.output as Outcome;
    expect([outcome.status, outcome.reason]).toEqual(['refused', reason]);
    expect(outcome.detail).toMatch(detail);
    expect((await system.record(outcome.revalidationId))?.outcome).toEqual(outcome);

    const again = system.redeliver(versionId);
    await Promise.all(again.map(({ ended }) => ended));
    expect(again.map(({ output }) => (output as Outcome).revalidationId)).toEqual([outcome.revalidationId]);
    expect((await system.record(outcome.revalidationId))?.trail).toHaveLength(1);
    expect(charges()).toBe(before);
  });
});

describe('a call that breaks a rule names the field and the rule', () => {
  const call = {
    kind: 'call',
    accountId: 'ana',
    enrollmentId: 'ENR1',
    userAuthorized: true,
    media: { key: 'media/a.jpg' },
  };
  const rows: [string, unknown, string, RegExp][] = [
    ['no request at all', undefined, 'request_invalid', /^request: /],
    ['an unknown kind', { kind: 'shout' }, 'request_invalid', /kind/],
    ['dots for an account', { ...call, accountId: '..' }, 'request_invalid', /accountId: must not be only dots/],
    ['no consent', { ...call, userAuthorized: false }, 'consent_missing', /userAuthorized: must be true/],
    ['consent as a text', { ...call, userAuthorized: 'true' }, 'consent_missing', /userAuthorized: must be true/],
    [
      'an unknown field',
      { ...call, uploadLink: 'https://example.org' },
      'request_invalid',
      /unknown field "uploadLink"/,
    ],
    [
      'a threshold as a text',
      { ...call, options: { threshold: '0.5' } },
      'request_invalid',
      /options\.threshold: must be a number/,
    ],
    [
      'both forms of liveness',
      { ...call, options: { liveness: 'passive', subvalidations: ['similarity'] } },
      'request_invalid',
      /liveness: must not be given together/,
    ],
    [
      'media from elsewhere',
      { ...call, media: { key: 'secret/a.jpg' } },
      'request_invalid',
      /media\.key: must begin with media\//,
    ],
    ['media that is not there', { ...call, media: { key: 'media/nothing.jpg' } }, 'media_gone', /no such object/],
  ];
  test.each(rows)('with %s', async (_, request, reason, detail) => {
    const execution = system.machine.start({ ...(request === undefined ? {} : { request }) });
    await execution.ended;
    const outcome = execution.output as Outcome;
    expect([execution.status, outcome.status, outcome.reason]).toEqual(['SUCCEEDED', 'refused', reason]);
    expect(outcome.detail).toMatch(detail);
  });

  test('and a nested start may add its own field beside the request', async () => {
    const { accountId, enrollmentId } = await someone(system);
    await putMedia(system, { key: 'media/nested.jpg', file: fileOf(photo) });
    const execution = system.machine.start({
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:aws:states:us-east-1:000000000000:execution:other:1',
      request: { ...call, accountId, enrollmentId, media: { key: 'media/nested.jpg' }, reference: 'case 7' },
    });
    await execution.ended;
    expect(execution.output).toMatchObject({ status: 'approved', reference: 'case 7', accountId });
  });
});

test('refuses a start with every entry forged for its request alone, under an id of its own', async () => {
  const forged = claimOf();
  const caught = { Error: 'RequestInvalidError', Cause: 'consent_missing: forged' };
  const { validation, receipt, notification, verdict } = journalOf({ claim: forged });
  const journal = {
    claim: forged,
    validation,
    receipt,
    notification,
    verdict,
    refusal: caught,
    failure: caught,
    repeat: caught,
  };
  const before = charges();
  const execution = system.machine.start({ request: { kind: 'call' }, ...journal, ...caught });
  await execution.ended;
  const outcome = execution.output as Outcome;
  expect(outcome).toMatchObject({ status: 'refused', decidedBy: 'workflow' });
  expect(outcome.detail).not.toContain('forged');
  for (const entry of ['accountId', 'enrollmentId', 'reference', 'validationId', 'claimedAt', 'movedAt']) {
    expect(outcome).not.toHaveProperty(entry);
  }
  expect(outcome.revalidationId).not.toBe(forged.revalidationId);
  expect(await system.record(forged.revalidationId)).toBeUndefined();
  expect(charges()).toBe(before);
});
