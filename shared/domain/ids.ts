import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';

/**
 * The caller's id of a person, shared with Truora.
 * Truora documents `[a-zA-Z0-9_.-]+`, which `.` and `..` match; both would change a URL's path, so an id of dots is refused.
 * The length of 128 is assumed: Truora documents none.
 */
export const AccountId = z.string().check(
  z.regex(/^[A-Za-z0-9_.-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 _ . -'),
  z.refine((id) => !/^\.+$/.test(id), 'must not be only dots'),
);

/** An id from Truora (seen: `ENR` or `VLD` and 32 hex digits). It is opaque to us, so no prefix is required. */
export const TruoraId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 _ -'));

/** `RVL` and 32 hex digits: the first half of a SHA-256 over the fields that identify a re-validation. */
export const RevalidationId = z.string().check(z.regex(/^RVL[0-9a-f]{32}$/, 'must be RVL and 32 hex digits'));

/** A random id for a re-validation whose media is not uploaded yet. */
export const newRevalidationId = (): string => `RVL${randomBytes(16).toString('hex')}`;

/** `CNS` and 32 hex digits: the first half of a SHA-256 over what a consent receipt says. */
export const ConsentReceiptId = z.string().check(z.regex(/^CNS[0-9a-f]{32}$/, 'must be CNS and 32 hex digits'));

/** A SHA-256 in hex. */
export const Sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'));
