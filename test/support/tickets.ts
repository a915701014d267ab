import { MOST_UPLOADS, type Ticket } from '../../shared/domain/api.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import type { CallRequest } from '../../shared/domain/request.ts';
import { BUCKET, callOf, dropOf, executionOf, newPerson, newRevalidationId } from './journal.ts';
import type { OpenTable } from './table.ts';

export const TICKET_EXECUTION = executionOf('first');

/** A stored ticket of an upload form, written without the tested code. */
export const storeTicket = async (open: OpenTable, more: Partial<Ticket> = {}) => {
  const revalidationId = newRevalidationId();
  const { accountId, enrollmentId } = newPerson();
  const key = `inbox/${accountId}/${enrollmentId}/${revalidationId}.jpg`;
  const ticket: Ticket = {
    revalidationId,
    accountId,
    enrollmentId,
    userAuthorized: true,
    upload: { key, type: 'image/jpeg', maxBytes: 1000 },
    options: { threshold: 0.7 },
    calledBy: 'iam:ana',
    issuedAt: '2026-11-23T12:00:00.000Z',
    ...more,
  };
  const pk = `TICKET#${revalidationId}`;
  await open.putItem({ pk, ...ticket });
  return { ticket, key, pk, id: revalidationId, item: () => open.item(pk) };
};

/** The uploads of a ticket that takes no further one. */
export const fullOf = (first: string): Set<string> =>
  new Set([first, ...Array.from({ length: MOST_UPLOADS - 1 }, (_, n) => `other-${n}`)]);

/** A drop of a version, as the step reads it. A sweep's drop may be a copy. */
export const dropIntake = (key: string, versionId: string | undefined, reason?: string) => {
  const request = dropOf({ key, etag: 'e', ...(versionId ? { versionId } : {}) });
  const detail = { ...request.event.detail, ...(reason ? { reason } : {}) };
  const event = { ...request.event, detail };
  return readIntake({ ...request, event }, { bucket: BUCKET, executionId: TICKET_EXECUTION });
};

export const callIntake = (call: Partial<CallRequest>, executionId = TICKET_EXECUTION) =>
  readIntake(callOf(call), { bucket: BUCKET, executionId });
