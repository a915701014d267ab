import { TruoraContractError, TruoraUncertainError } from '../domain/errors.ts';
import type { Claim, Validation } from '../domain/revalidation.ts';
import type { CreateAnswer } from './schemas.ts';
import { expiryOf } from './upload-link.ts';

/** The longest Truora lets a validation live (documented). Seconds. */
const MAX_TIMEOUT_SECONDS = 21_600;

/**
 * What the create answer tells us to remember. The deadline is the link's own expiry; else the timeout that was sent,
 * counted from the creation; else the longest there is: a deadline too late only costs looks, one too early a verdict.
 * @throws TruoraContractError without an upload link, or for another person than asked
 */
export const createdOf = (
  answer: CreateAnswer,
  claim: Pick<Claim, 'accountId' | 'requested'>,
  askedAt: Date,
): Validation & { uploadLink: string } => {
  const uploadLink = answer.instructions?.file_upload_link ?? answer.file_upload_link;
  if (!uploadLink) throw new TruoraContractError('truora_contract_broken', 'the created validation has no upload link');
  if (answer.account_id !== claim.accountId) {
    throw new TruoraContractError('truora_contract_broken', 'the created validation is of another account');
  }
  const expiry = URL.canParse(uploadLink) ? expiryOf(new URL(uploadLink)) : undefined;
  const seconds = claim.requested.timeoutSeconds ?? MAX_TIMEOUT_SECONDS;
  const deadline = expiry ?? new Date(askedAt.getTime() + seconds * 1000);
  return {
    validationId: answer.validation_id,
    deadline: deadline.toISOString(),
    ...(answer.threshold === undefined ? {} : { threshold: answer.threshold }),
    uploadLink,
  };
};

/** Whether a failed create call may have created, and charged, a validation all the same. */
export const mayHaveBeenCreated = (error: unknown): boolean =>
  error instanceof TruoraUncertainError || error instanceof TruoraContractError;
