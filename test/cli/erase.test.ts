import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { selfie } from '../support/commands.ts';
import { openRunning, type Running } from '../support/running.ts';

let running: Running;

const cli = (...argv: string[]) => running.cli(argv);

const dropped = (account: string) =>
  cli('drop', selfie, '--account', account, '--enrollment', `ENR-${account}`, '--authorized', '--wait', '--json');

beforeAll(async () => {
  running = await openRunning();
  await dropped('erase-ana');
}, 60_000);

afterAll(() => running.close());

const fileAt = (name: string) => join(running.folder, name);

describe('export', () => {
  test('writes what is held into a file that only its owner reads, without media, tokens and links', async () => {
    expect(await cli('export', '--account', 'erase-ana', '--out', 'ana.json')).toMatchObject({ code: 0, out: '' });
    expect(statSync(fileAt('ana.json')).mode & 0o077).toBe(0);
    const text = readFileSync(fileAt('ana.json'), 'utf8');
    const held = JSON.parse(text);
    expect(held).toMatchObject({ accountId: 'erase-ana', enrollments: ['ENR-erase-ana'] });
    expect(held.items.map(({ pk }: { pk: string }) => pk.split('#')[0])).toEqual(
      expect.arrayContaining(['RUN', 'VLD']),
    );
    expect(held.media).toMatchObject([
      { key: expect.stringMatching(/^inbox\/erase-ana\//), bytes: expect.any(Number) },
    ]);
    expect(text).not.toMatch(/taskToken|uploadLink/);
  });

  test('of an unknown person says that nothing is held', async () => {
    expect(await cli('export', '--account', 'unknown')).toMatchObject({ code: 1 });
  });
});

describe('hold', () => {
  test('is set, shown, forbids the erasure, and ends', async () => {
    expect(await cli('hold', '--account', 'erase-ana')).toMatchObject({ code: 1, out: 'not held' });
    const set = await cli('hold', '--account', 'erase-ana', '--until', '2099-06-30');
    expect(set).toMatchObject({ code: 0, out: 'held until 2099-06-30T23:59:59.999Z' });
    const refused = await cli('erase', '--account', 'erase-ana', '--yes');
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('legal_hold') });
    expect(await cli('hold', '--account', 'erase-ana', '--release')).toMatchObject({ code: 0, out: 'not held' });
  });

  test.each([
    ['--until', 'tomorrow'],
    ['--until', '2020-01-01'],
  ])('refuses %s %s', async (...given) => {
    expect(await cli('hold', '--account', 'erase-ana', ...given)).toMatchObject({ code: 2 });
  });
});

describe('erase', () => {
  test('shows what is held, and erases nothing without --yes', async () => {
    const { code, out, err } = await cli('erase', '--account', 'erase-ana');
    expect([code, err]).toEqual([0, expect.stringContaining('nothing was erased')]);
    expect(out).toMatch(/ledger RUN# +1\n/);
    expect((await running.system.recordsOf('erase-ana')).records).toHaveLength(1);
  });

  test('begins, and gives the certificate after a sweep, which verify checks', async () => {
    const begun = await cli('erase', '--account', 'erase-ana', '--reason', 'request_of_person', '--yes');
    expect(begun).toMatchObject({ code: 1, out: '', err: expect.stringContaining('not finished') });
    const { out } = await vi.waitFor(
      async () => {
        await running.system.sweep('SweepErasures');
        const answer = await cli('erase', '--account', 'erase-ana', '--yes');
        expect(answer.code).toBe(0);
        return answer;
      },
      { timeout: 20_000, interval: 500 },
    );
    writeFileSync(fileAt('certificate.sdjwt'), out);
    writeFileSync(fileAt('keys.json'), (await cli('call', 'GET', '/.well-known/jwks.json')).out);
    const verified = await cli('verify', 'certificate.sdjwt', '--jwks', 'keys.json');
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('face-revalidation-erasure+sd-jwt') });
    expect(verified.out).not.toContain('erase-ana');
    expect(await cli('hold', '--account', 'erase-ana')).toMatchObject({ code: 1 });
  });
});
