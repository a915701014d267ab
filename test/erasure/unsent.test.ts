import { expect } from 'vitest';
import { onlyTombstone } from '../support/erasure.ts';
import { thrownBy } from '../support/journal.ts';
import { arrivedOf, created, moving, test } from '../support/move-media.ts';

test('sends no byte of a person whose erasure has only begun, and keeps no upload link', async ({ aws }) => {
  const one = await created(aws);
  await onlyTombstone(aws, one.claim.accountId);
  expect(await thrownBy(moving(one))).toEqual({ name: 'AlreadyDecidedError', reason: 'already_decided' });
  expect(arrivedOf(aws, one)).toBeUndefined();
  const item = await aws.item(`RUN#${one.claim.revalidationId}`);
  const { validationId } = one.validation;
  expect(item).toMatchObject({ phase: 'canceled', canceledBy: 'iam:erasure', outcome: { validationId } });
  expect(item).not.toHaveProperty('uploadLink');
});
