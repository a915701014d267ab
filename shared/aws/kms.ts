import { GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { kms } from './clients.ts';

/**
 * Signs a SHA-256 digest with a key of the curve P-256. Only the digest leaves the function.
 * @returns the signature in DER (documented)
 */
export const signWithKey = async (keyId: string, digest: Uint8Array): Promise<Uint8Array> => {
  const { Signature } = await kms().send(
    new SignCommand({ KeyId: keyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
  );
  if (!Signature) throw new TypeError('KMS answered without a signature');
  return Signature;
};

/** The public half of a key never changes, so each is read once. */
const publicKeys = new Map<string, Promise<Uint8Array>>();

const readPublicKey = async (keyId: string): Promise<Uint8Array> => {
  const { PublicKey } = await kms().send(new GetPublicKeyCommand({ KeyId: keyId }));
  if (!PublicKey) throw new TypeError('KMS answered without a public key');
  return PublicKey;
};

/** The public half of a key, in DER (SubjectPublicKeyInfo). A failed read is not kept. */
export const publicKeyOf = (keyId: string): Promise<Uint8Array> => {
  const kept = publicKeys.get(keyId) ?? readPublicKey(keyId);
  publicKeys.set(keyId, kept);
  kept.catch(() => publicKeys.delete(keyId));
  return kept;
};
