/** Fixtures of MoveMedia: validations with an upload link, of the sandbox or of another server. The hooks reset both. */

import { vi } from 'vitest';
import { handler } from '../../functions/move-media.ts';
import type { MediaType } from '../../shared/domain/media.ts';
import type { Receipt, Validation } from '../../shared/domain/revalidation.ts';
import { claim as claimRecord, recordCreated } from '../../shared/ledger/claims.ts';
import {
  answered,
  BUCKET,
  claimOf,
  context,
  createdAs,
  eventOf,
  executionOf,
  inMinutes,
  type MediaClaim,
  newPerson,
  newValidationId,
} from './journal.ts';
import { type Line, type LocalAws, standIn } from './local-aws.ts';
import { withLocalAws } from './with-local-aws.ts';

const OURS = executionOf('ours');

export const FACE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('selfie')]);

export const SPENT = { name: 'UploadLinkSpentError', reason: 'upload_link_spent' };

export const UNCERTAIN = { name: 'TruoraUncertainError', reason: 'truora_uncertain' };

export const test = withLocalAws('MoveMedia', { media: true, truora: true });

export const closers: (() => Promise<void>)[] = [];

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

test.afterEach(async ({ aws }) => {
  vi.useRealTimers();
  process.env.TRUORA_UPLOAD_ORIGINS = aws.sandbox.origin;
  process.env.HTTP_DEADLINE_SECONDS = '10';
  for (const close of closers.splice(0)) await close();
});

type Case = { claim: MediaClaim; validation: Validation };

export const moving = ({ claim, validation }: Case, executionId = OURS): Promise<Receipt> =>
  handler(eventOf('MoveMedia', { claim, validation }, { executionId }), context);

/** Asks the sandbox for a validation as CreateValidation would, and writes down what that would write down. */
export const created = async (
  aws: LocalAws,
  suffix = '',
  bytes: Uint8Array = FACE,
  type: MediaType = 'image/jpeg',
  timeout = 300,
) => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const put = await aws.put(`inbox/${person.accountId}/${person.enrollmentId}/selfie.jpg`, bytes);
  const claim = claimOf({ ...person, media: { bucket: BUCKET, ...put, bytes: bytes.length, type } });
  const answer = await fetch(`${aws.sandbox.origin}/v1/validations`, {
    method: 'POST',
    headers: { 'truora-api-key': 'key' },
    body: new URLSearchParams({
      type: 'face-recognition',
      user_authorized: 'true',
      account_id: person.accountId,
      timeout: String(timeout),
    }),
  });
  const { validation_id, instructions } = (await answer.json()) as {
    validation_id: string;
    instructions: { file_upload_link: string };
  };
  return existing(aws, claim, instructions.file_upload_link, validation_id);
};

/** A claim with a validation behind it, and the link that its media goes to. */
export const existing = async (
  aws: LocalAws,
  claim: MediaClaim,
  link: string,
  validationId = newValidationId(),
  deadline = inMinutes(5),
) => {
  const validation: Validation = { validationId, deadline };
  await claimRecord(aws.ledger, claim, OURS);
  const { revalidationId } = claim;
  await recordCreated(aws.ledger, { revalidationId, owner: OURS }, createdAs(validation, link), answered(validation));
  return { claim, validation, link };
};

/** The same with another server behind the link. */
export const standingBefore = async (aws: LocalAws, ...script: Line[]) => {
  const { origin, asked, close } = await standIn(...script);
  closers.push(close);
  process.env.TRUORA_UPLOAD_ORIGINS = origin;
  const put = await aws.put(`media/${newValidationId()}`, FACE);
  const claim = claimOf({ media: { bucket: BUCKET, ...put, bytes: FACE.length, type: 'image/jpeg' } });
  return { ...(await existing(aws, claim, `${origin}/u/x?Expires=4102444800`)), asked };
};

export const recordOf = (aws: LocalAws, { claim }: Case) => aws.item(`RUN#${claim.revalidationId}`);

export const arrivedOf = (aws: LocalAws, { validation }: Case) => aws.sandbox.uploaded(validation.validationId);
