/** Fixtures of StartRevalidation: bodies, calls and media. The hook resets the local AWS. */

import { randomUUID } from 'node:crypto';
import { handler } from '../../functions/start-revalidation.ts';
import { context, newPerson } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { jpeg } from './media.ts';
import { callEvent } from './routes.ts';
import { withLocalAws } from './with-local-aws.ts';

export const JPEG = jpeg();

export const test = withLocalAws('StartRevalidation', { media: true });

test.beforeEach(({ aws }) => {
  aws.setDelivery();
  aws.calls.length = 0;
  aws.started.length = 0;
});

export const asking = (body: unknown, headers: Record<string, string> = {}) =>
  handler(callEvent({ body, headers }), context);

export const bodyOf = (more: object = {}) => ({
  ...newPerson(),
  userAuthorized: true,
  upload: { type: 'video/mp4', bytes: 5_000_000 },
  ...more,
});

export const lying = async (aws: LocalAws, folder = '') => {
  const { key, versionId } = await aws.put(`media/${folder}${randomUUID()}`, JPEG);
  return { key, versionId, body: { ...newPerson(), userAuthorized: true, media: { key } } };
};
