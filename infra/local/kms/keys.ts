import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resourcesOf, type Template } from '../template.ts';
import { signDigest } from './ecdsa.ts';

/** The private keys of the template's signing keys, by ARN. */
export type LocalKeys = ReadonlyMap<string, KeyObject>;

/** Only its owner may read a private key. */
const OWNER_ONLY = 0o600;

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Reads a key, or makes it. Of two processes at once, both get the key that is written first. */
const keyIn = (directory: string, name: string): KeyObject => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Git never takes a key along, wherever the folder is.
  writeFileSync(join(directory, '.gitignore'), '*\n');
  const file = join(directory, `${name}.pem`);
  try {
    writeFileSync(file, newKey().export({ format: 'pem', type: 'pkcs8' }), { mode: OWNER_ONLY, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return createPrivateKey(readFileSync(file));
};

/**
 * A key for each signing key of the template.
 * @param directory where the keys are kept, so that evidence verifies after a restart; in memory when left out
 */
export const localKeys = (template: Template, directory?: string): LocalKeys =>
  new Map(
    resourcesOf(template, 'AWS::KMS::Key')
      .filter(({ properties }) => properties.KeySpec === 'ECC_NIST_P256')
      .map(({ id, arn }) => [arn, directory === undefined ? newKey() : keyIn(directory, id)]),
  );

type Input = Record<string, string>;

const refusal = (name: string, message: string) => Object.assign(new Error(message), { name });

/** The two operations of KMS that evidence needs, in its JSON protocol: Sign, of a digest, and GetPublicKey. */
export const kmsOperations = (keys: LocalKeys): Record<string, (input: Input) => Record<string, unknown>> => {
  const keyOf = ({ KeyId = '' }: Input): KeyObject => {
    const key = keys.get(KeyId);
    if (!key) throw refusal('NotFoundException', `Key '${KeyId}' does not exist`);
    return key;
  };
  return {
    'TrentService.Sign': (input) => {
      const { KeyId, Message = '', MessageType, SigningAlgorithm } = input;
      const digest = Buffer.from(Message, 'base64');
      if (MessageType !== 'DIGEST' || SigningAlgorithm !== 'ECDSA_SHA_256' || digest.length !== 32)
        throw refusal('ValidationException', 'Only ECDSA_SHA_256 over a digest of 32 bytes is implemented here.');
      return { KeyId, Signature: signDigest(keyOf(input), digest).toString('base64'), SigningAlgorithm };
    },
    'TrentService.GetPublicKey': (input) => ({
      KeyId: input.KeyId,
      PublicKey: createPublicKey(keyOf(input)).export({ format: 'der', type: 'spki' }).toString('base64'),
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    }),
  };
};
