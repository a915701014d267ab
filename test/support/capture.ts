/** Fixtures of capture links: cases, links, sessions and the calls of the page. */

import { CaptureBody, captureKindOf } from '../../shared/domain/capture.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import { captureTicket } from '../../shared/domain/ticket.ts';
import { mintLink, openLink } from '../../shared/ledger/capture-links.ts';
import { issueTicket } from '../../shared/ledger/tickets.ts';
import { newPerson } from './journal.ts';
import type { LocalAws } from './local-aws.ts';
import { CALLER, callEvent } from './routes.ts';

export const SPEECH = {
  subvalidations: ['similarity', 'passive_liveness', 'speech_match'],
  minimumPrecision: 'high',
} as const;

export const captureBody = (more: object = {}) => ({
  ...newPerson(),
  capture: true,
  country: 'CO',
  ...more,
});

/** A promised case of the capture page, and the session of its opened link. */
export const opened = async (aws: LocalAws, more: object = {}) => {
  const body = CaptureBody.parse(captureBody(more));
  const ticket = captureTicket(body, body.options ?? {}, newRevalidationId(), CALLER);
  await issueTicket(aws.ledger, ticket);
  const token = await mintLink(aws.table, ticket);
  const found = await openLink(aws.table, token);
  if (!found) throw new TypeError('the link does not open');
  const { revalidationId: id, accountId } = ticket;
  return { ticket, id, accountId, token, session: found.session, kind: captureKindOf(ticket.options) };
};

/** A call of the page, without any authorizer. */
export const pageCall = (session: string | undefined, body?: unknown, language = 'en') =>
  callEvent({
    authorizer: {},
    headers: { 'accept-language': language, ...(session ? { authorization: `Bearer ${session}` } : {}) },
    ...(body === undefined ? {} : { body }),
  });
