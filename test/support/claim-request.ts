/** Fixtures of ClaimRequest: drops, calls and copies. The hook resets the local AWS. */

import { handler } from '../../functions/claim-request.ts';
import type { Claim } from '../../shared/domain/revalidation.ts';
import { callOf, context, dropOf, eventOf, executionOf, newPerson } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { jpeg } from './media.ts';
import { withLocalAws } from './with-local-aws.ts';

export const JPEG = jpeg();

export const CONSENT = { 'user-authorized': 'true' };

export const OURS = executionOf('ours');

export const THEIRS = executionOf('theirs');

export const test = withLocalAws('ClaimRequest', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
});

export const claiming = (request: unknown, executionId = OURS): Promise<Claim> =>
  handler(eventOf('ClaimRequest', { request }, { executionId }), context);

export let drops = 0;

export const drop = async (
  aws: LocalAws,
  metadata: Record<string, string> = CONSENT,
  { bytes = JPEG as Uint8Array, person = newPerson(), name = `selfie-${drops}.jpg` } = {},
) => {
  drops += 1;
  const put = await aws.put(`inbox/${person.accountId}/${person.enrollmentId}/${name}`, bytes, metadata);
  return { ...put, ...person, request: dropOf(put) };
};

/** Media that another system left, and a call about it. */
export const call = async (aws: LocalAws, more: Parameters<typeof callOf>[0] = {}, bytes: Uint8Array = JPEG) => {
  drops += 1;
  const put = await aws.put(`media/${drops}`, bytes);
  return { ...put, request: callOf({ media: { key: put.key }, ...more }) };
};
