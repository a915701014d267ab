import { generateKeyPairSync } from 'node:crypto';
import { signDigest } from '../../../infra/local/kms/ecdsa.ts';

/** Made once: what it signs decides nothing in a system, and no trace holds a signature. */
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** KMS as far as evidence uses it: one key that signs, under every name. */
export const kmsOperations = {
  GetPublicKey: () => ({ PublicKey: publicKey.export({ format: 'der', type: 'spki' }) }),
  Sign: ({ Message }: { Message: Uint8Array }) => ({ Signature: signDigest(privateKey, Message) }),
};
