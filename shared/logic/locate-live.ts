import type { Ticket } from '../domain/api.ts';
import { revalidationIdOf } from '../domain/case-id.ts';
import { RevalidationId } from '../domain/ids.ts';
import type { Intake } from '../domain/intake.ts';
import type { Ledger } from '../ledger/records.ts';
import { readTicket } from '../ledger/tickets.ts';
import { type RequestSettings, readLiveRequest } from './read-request.ts';

/** Stands for the key of media that does not exist yet. */
const LIVE = 'live';

/** The case of a live capture: of the ticket that the API has promised, or else of the execution. */
export const locateLive = async (settings: RequestSettings & { ledger: Ledger }, intake: Intake) => {
  const { mediaBucket: bucket, executionId, person } = intake;
  const { accountId = '', enrollmentId } = person;
  const ticket = await ticketOfExecution(settings.ledger.table, executionId);
  const isPromised = ticket?.accountId === accountId && ticket.enrollmentId === enrollmentId;
  const ownId = revalidationIdOf({ accountId, bucket, key: LIVE, version: executionId });
  return {
    revalidationId: isPromised ? ticket.revalidationId : ownId,
    request: readLiveRequest(settings, intake),
  };
};

/** The ticket of a call of the API: it starts an execution under the id that it has promised. It only reads. */
export const ticketOfExecution = async (table: string, executionId: string): Promise<Ticket | undefined> => {
  const { data: id } = RevalidationId.safeParse(executionId.split(':').at(-1));
  const ticket = id ? await readTicket(table, id) : undefined;
  return ticket?.media || ticket?.capture === 'live' ? ticket : undefined;
};
