import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Every text of the project, committed or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString('utf8')
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)) && !/\.(jpg|mp4)$/.test(file));

const payloadOf = (token: string): string => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');

/** What a text gives away, and what it is called. Truora's keys are JWTs that say what they are for (seen on GitHub, hard-coded). */
const secretsIn = (text: string): string[] => [
  ...[...text.matchAll(/eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g)].map(([token]) =>
    /key_type|client_id|key_name|cognito/.test(payloadOf(token)) ? "a key of Truora's" : 'a token',
  ),
  // The keys of AWS's own documentation end in EXAMPLE; those of the local system say that they are local.
  ...[...text.matchAll(/\b(?:AKIA|ASIA)(?!LOCAL)[A-Z0-9]{9}(?!EXAMPLE)[A-Z0-9]{7}\b/g)].map(() => "a key of AWS's"),
  ...[...text.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----/g)].map(() => 'a private key'),
  ...[...text.matchAll(/\bgh[pousr]_\w{30,}|\bnpm_\w{30,}|\bxox[abp]-\w{10,}/g)].map(() => "another service's key"),
];

/** Switches that make TLS worth nothing. */
const openTls =
  /rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity\s*:|TLSv1(?:\.[01])?['"]/;

/** Where such words stand to be looked for. */
const here = 'test/architecture/secrets.test.ts';

describe('the files of the project', () => {
  test('all files of the project are searched', () => {
    expect(files.length).toBeGreaterThan(200);
    expect(files).toContain('README.md');
  });

  test('no file of the project holds a secret', () => {
    const found = files.flatMap((file) =>
      secretsIn(readFileSync(join(root, file), 'utf8')).map((what) => `${file}: ${what}`),
    );
    // Webhook tokens that other hands have signed, so that our own signing and reading cannot be wrong together.
    expect(found.filter((one) => !one.startsWith('test/truora/webhook.test.ts: a token'))).toEqual([]);
  });

  test('no file of the project turns off the check of a certificate', () => {
    const code = files.filter((file) => /\.(ts|json|md)$/.test(file) && file !== here);
    expect(code.filter((file) => openTls.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});

/** Put together here, so that this very file holds none. */
const token = (payload: object): string =>
  [{ alg: 'HS256', typ: 'JWT' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2lnbmF0dXJl')
    .join('.');

test.each([
  [token({ key_type: 'backend', exp: 3_350_000_000 }), "a key of Truora's"],
  [token({ sub: 'another' }), 'a token'],
  [['AKIA', 'Q'.repeat(16)].join(''), "a key of AWS's"],
  [['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' '), 'a private key'],
  [['ghp', 'a'.repeat(36)].join('_'), "another service's key"],
])('finds a secret at any place: %#', (secret, what) => {
  expect(secretsIn(`const key = '${secret}';`)).toEqual([what]);
});

test.each(['{ rejectUnauthorized: false }', "NODE_TLS_REJECT_UNAUTHORIZED = '0'", "minVersion: 'TLSv1.1'"])(
  'finds a switch that weakens TLS: %s',
  (code) => {
    expect(code).toMatch(openTls);
  },
);
