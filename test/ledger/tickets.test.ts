import { expect } from 'vitest';
import { MOST_UPLOADS } from '../../shared/domain/api.ts';
import { unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import { requestOf, startTicket, uploadTicket } from '../../shared/domain/ticket.ts';
import { enterDrop, issueTicket, readTicket } from '../../shared/ledger/tickets.ts';
import { enterDropOnTicket, locateUnclaimed } from '../../shared/logic/locate.ts';
import { BUCKET, dropOf, executionOf, newPerson, newRevalidationId } from '../support/journal.ts';
import type { LocalAws } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const ANY = executionOf('any');

const test = withLocalAws(undefined);

const read = (request: unknown, executionId = ANY) => readIntake(request, { bucket: BUCKET, executionId });

/** The case of a request without a claim, if it is a ticket's. */
const ticketOfRequest = async (aws: LocalAws, request: unknown, executionId = ANY) => {
  const intake = read(request, executionId);
  const found = await locateUnclaimed(aws.table, intake);
  return found.revalidationId === unclaimedCaseOf(intake).revalidationId ? undefined : found;
};

const issued = async (aws: LocalAws) => {
  const body = { ...newPerson(), userAuthorized: true as const, upload: { type: 'image/jpeg' as const } };
  const ticket = uploadTicket(body, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, ticket);
  return { ...ticket, key: ticket.upload?.key ?? '' };
};

test('keeps the first promise under an id', async ({ aws }) => {
  const { key: _, ...ticket } = await issued(aws);
  await issueTicket(aws.ledger, { ...ticket, reference: 'another' });
  expect(await readTicket(aws.table, ticket.revalidationId)).toEqual(ticket);
});

test('records the first version and every later one, for any number of repeats', async ({ aws }) => {
  const { key, revalidationId } = await issued(aws);
  for (const version of ['v1', 'v2', 'v1', 'v3', 'v2']) await enterDrop(aws.table, key, version);
  expect(await readTicket(aws.table, revalidationId)).toMatchObject({
    droppedAs: 'v1',
    uploads: new Set(['v1', 'v2', 'v3']),
  });
});

test('gives the ticket to exactly one of many concurrent versions', async ({ aws }) => {
  const { key } = await issued(aws);
  const versions = Array.from({ length: 10 }, (_, n) => `v${n}`);
  const tickets = await Promise.all(versions.map((version) => enterDrop(aws.table, key, version)));
  expect(new Set(tickets.map((ticket) => ticket?.droppedAs)).size).toBe(1);
});

test('accepts a fixed number of uploads, and refuses the rest by name when many come at once', async ({ aws }) => {
  const { key, revalidationId } = await issued(aws);
  const versions = Array.from({ length: MOST_UPLOADS + 6 }, (_, n) => `version-${n}`);
  await enterDrop(aws.table, key, 'version-0');
  await Promise.all(versions.map((version) => enterDrop(aws.table, key, version)));
  const { uploads, droppedAs } = (await readTicket(aws.table, revalidationId)) ?? {};
  expect(uploads?.size).toBe(MOST_UPLOADS);
  expect(droppedAs).toBe('version-0');
  const use = (versionId: string) => enterDropOnTicket(aws.ledger, read(dropOf({ key, versionId, etag: 'e' })));
  const over = versions.filter((version) => !uploads?.has(version));
  expect(over).toHaveLength(6);
  for (const version of over) await expect(use(version)).rejects.toMatchObject({ reason: 'too_many_uploads' });
  // What was taken in stays so: the first is the run, and another waits for it.
  const [, later = ''] = versions.filter((version) => uploads?.has(version));
  await expect(use(later)).rejects.toMatchObject({ reason: 'claimed_elsewhere' });
  expect(await use('version-0')).toMatchObject({ revalidationId });
  expect((await readTicket(aws.table, revalidationId))?.uploads).toEqual(uploads);
});

test('finds no ticket for the key of another person, for an invalid id, and for an id that was never promised', async ({
  aws,
}) => {
  const { key, revalidationId } = await issued(aws);
  const before = await aws.items();
  const name = key.split('/').at(-1);
  for (const other of [
    `inbox/mallory/ENR1/${name}`,
    'inbox/ana/ENR1/selfie.jpg',
    `inbox/ana/ENR1/${newRevalidationId()}.jpg`,
  ]) {
    expect(await enterDrop(aws.table, other, 'v1')).toBeUndefined();
  }
  expect(await aws.items()).toEqual(before);
  expect(await readTicket(aws.table, revalidationId)).not.toHaveProperty('droppedAs');
});

test('finds the case of a refused drop, if it was the first under the ticket', async ({ aws }) => {
  const { key, revalidationId, accountId, enrollmentId } = await issued(aws);
  const drop = (versionId: string) => dropOf({ key, etag: 'e', versionId });
  expect(await ticketOfRequest(aws, drop('v1'), ANY)).toBeUndefined();
  await enterDrop(aws.table, key, 'v1');
  expect(await ticketOfRequest(aws, drop('v1'), ANY)).toEqual({ revalidationId, accountId, enrollmentId });
  expect(await ticketOfRequest(aws, drop('v2'), ANY)).toBeUndefined();
  expect(await ticketOfRequest(aws, { kind: 'unknown' }, ANY)).toBeUndefined();
});

test('finds the case of an API call by the name of the execution that it started', async ({ aws }) => {
  const body = { ...newPerson(), userAuthorized: true as const, media: { key: 'media/a.jpg' } };
  const ticket = startTicket(body, newRevalidationId(), 'v1', CALLER);
  await issueTicket(aws.ledger, ticket);
  const { revalidationId, accountId, enrollmentId } = ticket;
  const named = executionOf(revalidationId);
  expect(await ticketOfRequest(aws, requestOf(ticket), named)).toEqual({
    revalidationId,
    accountId,
    enrollmentId,
  });
  expect(await ticketOfRequest(aws, requestOf(ticket), ANY)).toBeUndefined();
  // A ticket for an upload is the drop's, and starts nothing by itself.
  const upload = await issued(aws);
  expect(await ticketOfRequest(aws, {}, executionOf(upload.revalidationId))).toBeUndefined();
});
