import { expect } from 'vitest';
import { handler } from '../../functions/list-revalidations.ts';
import { type Revalidation, writeCursor } from '../../shared/domain/api.ts';
import { claim } from '../../shared/ledger/claims.ts';
import { claimOf, context, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { callEvent, codeOf, contentOf } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ListRevalidations');

type Page = { revalidations: Revalidation[]; cursor?: string };

const listing = (accountId: string, query?: Record<string, string>) =>
  handler(callEvent({ path: { accountId }, ...(query ? { query } : {}) }), context);

const claims = async (aws: LocalAws, count: number) => {
  const { accountId } = newPerson();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const wanted = claimOf({ accountId, claimedAt: new Date(Date.now() + n * 1000).toISOString() });
    await claim(aws.ledger, wanted, executionOf('a'));
    ids.unshift(wanted.revalidationId);
  }
  return { accountId, ids };
};

test('lists every record once, newest first, for any page size', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 7);
  for (const limit of ['1', '3', '7', '100']) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = contentOf<Page>(await listing(accountId, { limit, ...(cursor ? { cursor } : {}) }));
      seen.push(...page.revalidations.map(({ revalidationId }) => revalidationId));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(ids);
  }
});

test('leaves out a record that cannot be read, and logs which', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 3);
  const [newest, broken = '', oldest] = ids;
  await aws.putItem({ pk: `RUN#${broken}`, ...(await aws.item(`RUN#${broken}`)), phase: 'no phase of ours' });
  const page = contentOf<Page>(await listing(accountId));
  expect(page.revalidations.map(({ revalidationId }) => revalidationId)).toEqual([newest, oldest]);
  expect(aws.lines.join()).toContain(`"unreadable","step":"ListRevalidations","revalidationId":"${broken}"`);
});

test('lists nothing for an unknown person', async () => {
  expect(contentOf(await listing('unknown'))).toEqual({ revalidations: [] });
});

test('reads only a position from a cursor, which opens no list of another person', async ({ aws }) => {
  const { accountId, ids } = await claims(aws, 2);
  const cursor = writeCursor({ revalidationId: ids[0] ?? '', claimedAt: new Date(Date.now() + 9000).toISOString() });
  expect(contentOf<Page>(await listing(newPerson().accountId, { cursor })).revalidations).toEqual([]);
  expect(cursor).not.toContain(accountId);
});

test.each([
  ['limit', '0'],
  ['limit', '101'],
  ['limit', 'all'],
  ['limit', '1.5'],
  ['cursor', 'x'],
  ['cursor', Buffer.from('{"revalidationId":"RVL1"}').toString('base64url')],
  ['cursor', Buffer.from(`{"revalidationId":"${newRevalidationId()}","claimedAt":"now"}`).toString('base64url')],
])('refuses the %s %s', async (name, value) => {
  const answer = await listing('ana', { [name]: value });
  expect(codeOf(answer)).toBe('request_invalid');
  expect(contentOf(answer)).toMatchObject({ errors: [{ path: name }] });
});

test('refuses an invalid account id', async () => {
  expect(codeOf(await listing('..'))).toBe('request_invalid');
});
