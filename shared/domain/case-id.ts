import { createHash } from 'node:crypto';
import { defined } from './defined.ts';
import { type Dropped, readInboxKey, requestOfDropped } from './drop.ts';
import { type Intake, readIntake } from './intake.ts';
import type { Claim } from './revalidation.ts';

/** The case and the person that an outcome names. */
export type CaseId = Pick<Claim, 'revalidationId'> &
  Partial<Pick<Claim, 'accountId' | 'enrollmentId' | 'reference' | 'purpose' | 'claimedAt'>>;

/** The id of the case that a request claims, by the version of its media. */
export const claimIdOf = ({ person, bucket, media, forceKey }: Intake, version: string): string =>
  revalidationIdOf(defined({ accountId: person.accountId, bucket, key: media.key, version, forceKey }));

/** Reasons where the id of the media belongs to another question, or to an answer that is too old: it is left alone. */
export const OTHER_CASE = ['already_asked_otherwise', 'answer_too_old'];

/** The reason for which all versions of a key are refused in one record. */
const OF_KEY = 'too_many_uploads';

/**
 * The case of a request that never became a claim. A drop has the id that its claim would have had, so its copies are in one
 * record. Anything else is a case of its own, named after the execution: a call that was refused must never be answered with
 * the outcome of another question about the same media.
 * @param reason why it was refused, where it was
 */
export const unclaimedCaseOf = (intake: Intake, reason?: string): CaseId => {
  const { person, bucket, media, kind, executionId, unclaimedName } = intake;
  const name = kind === 'drop' && reason === OF_KEY ? OF_KEY : unclaimedName;
  const version = OTHER_CASE.some((one) => one === reason) ? executionId : name;
  const id = revalidationIdOf(defined({ accountId: person.accountId, bucket, key: media.key, version }));
  return { revalidationId: id, ...person };
};

/**
 * The version of an object that a request dropped in our inbox: it is deleted later, under every outcome. A key that is none
 * of ours may hold any text, so it is not written down, and its object is left to the bucket's own lifecycle.
 */
export const objectOf = (intake: Intake): { key: string; versionId: string } | undefined => {
  const { kind, bucket, mediaBucket, media } = intake;
  const { key, versionId } = media;
  if (kind !== 'drop' || bucket !== mediaBucket) return undefined;
  return versionId && readInboxKey(key) ? { key, versionId } : undefined;
};

/** The id of a drop without a ticket. The first drop of a ticket has the ticket's id. */
export const idOfDropped = (bucket: string, dropped: Dropped): string =>
  claimIdOf(readIntake(requestOfDropped(bucket, dropped), { bucket, executionId: '' }), dropped.versionId);

/**
 * The id of a re-validation: the same person and the same version of the same object give the same id, through every entry
 * point. It is a hash, so it shows no key and no person. The parts are joined as JSON, so that no part can run into the next.
 * @param of.forceKey the force key: the name of another case about the same media, where a caller forced a new one
 */
export const revalidationIdOf = (of: {
  accountId?: string;
  bucket: string;
  key: string;
  version: string;
  forceKey?: string | undefined;
}): string =>
  `RVL${createHash('sha256')
    .update(
      JSON.stringify([of.accountId ?? null, of.bucket, of.key, of.version, ...(of.forceKey ? [of.forceKey] : [])]),
    )
    .digest('hex')
    .slice(0, 32)}`;
