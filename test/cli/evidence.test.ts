import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusEvent } from '../../infra/local/event-bus.ts';
import { readEvidence } from '../../shared/aws/evidence-store.ts';
import { newKey } from '../support/evidence.ts';
import { dropBy, dropOf, openRunning, type Running } from '../support/running.ts';
import { waitFor } from '../support/wait-for.ts';

let running: Running;

const heard: BusEvent[] = [];

const cli = (...argv: string[]) => running.cli(argv);

const fileAt = (name: string) => join(running.folder, name);

const dropped = async (account: string): Promise<string> => (await dropBy(running, account)).revalidationId;

let id = '';

beforeAll(async () => {
  running = await openRunning({ onAnnounced: (event) => void heard.push(event) });
  id = await dropped('evidence-ana');
  const { out } = await cli('call', 'GET', '/.well-known/jwks.json');
  writeFileSync(fileAt('keys.json'), out);
  await cli('evidence', id, '--out', 'case.sdjwt');
}, 60_000);

afterAll(() => running.close());

const verify = (file: string, ...more: string[]) => cli('verify', file, '--jwks', 'keys.json', ...more);

describe('the evidence of a whole drop', () => {
  test('is signed by the event of its outcome, and is what the API gives', async () => {
    const another = await dropped('evidence-eva');
    const bucket = running.system.deployment.outputs.EvidenceBucket ?? '';
    await waitFor(async () => expect(await readEvidence(bucket, another)).toBeDefined());
    const { out } = await cli('evidence', id);
    expect(readFileSync(fileAt('case.sdjwt'), 'utf8')).toBe(out);
    const { out: called } = await cli('call', 'GET', `/revalidations/${id}/evidence`);
    expect(called).toBe(out);
  });

  test('verifies, with the hash of the media that was moved', async () => {
    const { code, out } = await verify('case.sdjwt', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      valid: true,
      withheld: [],
      claims: {
        revalidationId: id,
        status: 'approved',
        accountId: 'evidence-ana',
        threshold: 0.65,
        media: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), type: 'image/jpeg' },
        consent: { userAuthorized: true },
      },
    });
    expect(statSync(fileAt('case.sdjwt')).mode & 0o777).toBe(0o600);
  });

  test('is not to be read without the permission, and its keys are', async () => {
    const origin = running.system.apiOrigin;
    expect((await fetch(`${origin}/revalidations/${id}/evidence`)).status).toBe(403);
    expect((await fetch(`${origin}/.well-known/jwks.json`)).status).toBe(200);
  });

  test('of a case that was canceled after its charge is there too', async () => {
    const { out: started } = await running.cli(dropOf('evidence-ana-slow', '--authorized'));
    const slow = /RVL[0-9a-f]{32}/.exec(started)?.[0] ?? '';
    await waitFor(async () => expect((await running.system.record(slow))?.phase).toBe('moved'));
    expect(await cli('evidence', slow)).toMatchObject({ code: 1, out: '' });
    await cli('cancel', slow);
    const { out } = await cli('evidence', slow);
    writeFileSync(fileAt('canceled.sdjwt'), out);
    const { out: result } = await verify('canceled.sdjwt', '--json');
    expect(JSON.parse(result)).toMatchObject({ valid: true, claims: { status: 'canceled' } });
  });
});

describe('verify', () => {
  test('reads stdin, and lists what is withheld', async () => {
    const { out: less } = await cli('evidence', id, '--withhold', 'accountId,enrollmentId,media');
    const { code, out } = await running.cli(['verify', '-', '--jwks', 'keys.json'], { stdin: `${less}\n` });
    expect(code).toBe(0);
    expect(out).toMatch(/^valid, signed with the key [\w-]{43}\n/);
    expect(out).toMatch(/\nwithheld: accountId, enrollmentId, media$/);
    expect(out).not.toContain('evidence-ana');
  });

  test('ends with 1 for evidence that is not valid, and says why', async () => {
    const text = readFileSync(fileAt('case.sdjwt'), 'utf8');
    const signature = text.indexOf('~') - 5;
    writeFileSync(
      fileAt('bad.sdjwt'),
      text.slice(0, signature) + (text[signature] === 'A' ? 'B' : 'A') + text.slice(signature + 1),
    );
    expect(await verify('bad.sdjwt')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^not valid: signature_wrong: /),
    });
    const { code, out } = await verify('bad.sdjwt', '--json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { valid: false, fault: 'signature_wrong', detail: expect.any(String) },
    ]);
    writeFileSync(fileAt('large.sdjwt'), text.padEnd(300_000, '~'));
    expect(await verify('large.sdjwt')).toMatchObject({ code: 1, out: expect.stringContaining('too_large') });
    writeFileSync(fileAt('other.json'), JSON.stringify({ keys: [newKey().jwk] }));
    const other = await cli('verify', 'case.sdjwt', '--jwks', 'other.json');
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('key_unknown') });
  });

  test.each([
    ['no keys', ['case.sdjwt'], /--jwks/],
    ['a file that is not there', ['none.sdjwt', '--jwks', 'keys.json'], /none\.sdjwt: cannot be read \(ENOENT\)/],
    ['keys that are not there', ['case.sdjwt', '--jwks', 'none.json'], /none\.json: cannot be read \(ENOENT\)/],
    ['keys that are no JSON', ['case.sdjwt', '--jwks', 'case.sdjwt'], /--jwks case\.sdjwt: is not JSON/],
    ['keys that are no JWKS', ['case.sdjwt', '--jwks', 'empty.json'], /--jwks empty\.json: must be a JWKS/],
  ])('ends with 2 for %s', async (_, argv, message) => {
    writeFileSync(fileAt('empty.json'), '{}');
    expect(await cli('verify', ...argv)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });
});

describe('evidence', () => {
  test.each([
    ['an id that is none', ['RVL1'], 2, /id: must be/],
    ['a claim that cannot be withheld', ['ID', '--withhold', 'status'], 2, /--withhold: status is none of accountId, /],
    ['a file that cannot be written', ['ID', '--out', 'none/x'], 2, /--out: none\/x cannot be written \(ENOENT\)/],
    ['an unknown case', [`RVL${'0'.repeat(32)}`], 2, /^id: there is no re-validation RVL0+ in the ledger/],
  ])('ends for %s and says why', async (_, argv, code, message) => {
    const given = argv.map((one) => (one === 'ID' ? id : one));
    expect(await cli('evidence', ...given)).toMatchObject({ code, err: expect.stringMatching(message) });
  });
});

test('an event that failed to be signed is redriven by its message', async () => {
  const { system } = running;
  const queue = system.deployment.outputs.EvidenceDeadLetters?.split('/').at(-1);
  const event = heard.find(({ detail }) => (detail as { revalidationId: string }).revalidationId === id);
  for (const body of [event, { requestPayload: event }, { detail: {} }]) {
    (system.deadLetters as { queueArn: string; body: string; attributes: object }[]).push({
      queueArn: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      body: JSON.stringify(body),
      attributes: {},
    });
  }
  const { code, out } = await cli('redrive', '--yes');
  expect(out.split('\n')).toEqual([
    `evidence of ${id}: invoke SignEvidence with its event: done`,
    `evidence of ${id}: invoke SignEvidence with its event: done`,
    expect.stringMatching(/^message \w+: cannot be read; look at it in the queue$/),
  ]);
  expect([code, system.deadLetters.length]).toEqual([1, 1]);
});
