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

/**
 * The public half of a key never changes, so each is read once. What is kept is the answer, not the call: a call that an invocation
 * leaves behind as it ends would keep the next one waiting.
 */
const publicKeys = new Map<string, Uint8Array>();

/** The public half of a key, in DER (SubjectPublicKeyInfo). */
export const publicKeyOf = async (keyId: string): Promise<Uint8Array> => {
  const kept = publicKeys.get(keyId);
  if (kept) return kept;
  const { PublicKey } = await kms().send(new GetPublicKeyCommand({ KeyId: keyId }));
  if (!PublicKey) throw new TypeError('KMS answered without a public key');
  publicKeys.set(keyId, PublicKey);
  return PublicKey;
};
