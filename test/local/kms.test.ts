import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { kmsOperations, localKeys } from '../../infra/local/kms/keys.ts';
import { synthesized } from '../support/synthesized.ts';

const template = synthesized(Config.parse({ stage: 'test', evidenceKeys: 2 }));

const folder = mkdtempSync(join(tmpdir(), 'local-keys-'));

afterAll(() => rmSync(folder, { recursive: true }));

const content = 'header.payload';

const digest = createHash('sha256').update(content).digest('base64');

const how = { MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' };

const call = (
  keys: ReturnType<typeof localKeys>,
  operation: 'Sign' | 'GetPublicKey',
  input: Record<string, string>,
) => {
  const run = kmsOperations(keys)[`TrentService.${operation}`];
  if (!run) throw new TypeError(`there is no ${operation}`);
  return run(input) as Record<string, string>;
};

const publicKeyOf = (keys: ReturnType<typeof localKeys>, KeyId: string) =>
  createPublicKey({
    key: Buffer.from(call(keys, 'GetPublicKey', { KeyId }).PublicKey ?? '', 'base64'),
    format: 'der',
    type: 'spki',
  });

describe('the local KMS', () => {
  const keys = localKeys(template);
  const [first = '', second = ''] = keys.keys();

  test('has a key for each signing key of the template, and none for those that encrypt', () => {
    expect([...keys.keys()]).toEqual([
      expect.stringMatching(/^arn:aws:kms:us-east-1:000000000000:key\/StorageEvidenceKey1/),
      expect.stringMatching(/StorageEvidenceKey2/),
    ]);
  });

  test('signs a digest, so that the public key verifies the content', () => {
    const { Signature = '' } = call(keys, 'Sign', { KeyId: first, Message: digest, ...how });
    const bytes = Buffer.from(Signature, 'base64');
    expect(verify('sha256', Buffer.from(content), publicKeyOf(keys, first), bytes)).toBe(true);
    expect(verify('sha256', Buffer.from(content), publicKeyOf(keys, second), bytes)).toBe(false);
  });

  test.each([
    ['a whole message', { MessageType: 'RAW' }, 'ValidationException'],
    ['another algorithm', { SigningAlgorithm: 'ECDSA_SHA_384' }, 'ValidationException'],
    ['a digest of another length', { Message: 'AAAA' }, 'ValidationException'],
    ['an unknown key', { KeyId: 'arn:aws:kms:us-east-1:000000000000:key/none' }, 'NotFoundException'],
  ])('refuses %s', (_, other, name) => {
    const input = { KeyId: first, Message: digest, ...how, ...other };
    expect(() => call(keys, 'Sign', input)).toThrow(expect.objectContaining({ name }));
  });
});

test('a folder keeps the keys for the next start, readable by its owner alone, and away from git', () => {
  const directory = join(folder, 'keys');
  const before = localKeys(template, directory);
  const after = localKeys(template, directory);
  for (const [arn, key] of before) expect(after.get(arn)?.equals(key)).toBe(true);
  const files = readdirSync(directory).filter((name) => name.endsWith('.pem'));
  expect(files).toHaveLength(2);
  for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
});
