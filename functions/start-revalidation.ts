import { createHash } from 'node:crypto';
import { bindKey, findKey } from '../shared/aws/aliases.ts';
import { startExecution } from '../shared/aws/executions.ts';
import { type Ledger, readRecord } from '../shared/aws/ledger.ts';
import { glanceAt } from '../shared/aws/media.ts';
import { formFor, issueTicket, readTicket } from '../shared/aws/tickets.ts';
import { presentable, StartBody, type Ticket, TicketBody } from '../shared/domain/api.ts';
import { newRevalidationId, revalidationIdOf } from '../shared/domain/ids.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { parseOrRefuse } from '../shared/domain/refuse.ts';
import { IdempotencyKey } from '../shared/domain/request.ts';
import { requestOf, startTicket, uploadTicket } from '../shared/domain/ticket.ts';
import { acceptMedia, refuseSpeech, refuseStillPhoto } from '../shared/domain/wish.ts';
import { callerOf, refuseOthers } from '../shared/lambda/caller.ts';
import { env, ledgerFromEnv } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { answerJson, jsonOf, route } from '../shared/lambda/route.ts';

/**
 * `POST /revalidations`, called by systems that know the person. Asks whether the call is in order, and promises a
 * re-validation: with a form to upload with, so that the upload itself is the drop, or by starting the machine on media
 * that is there. The promise is in the ledger before anything is given out. It claims nothing and pays for nothing.
 */
export const handler = route('StartRevalidation', async (input) => {
  const caller = callerOf(input.event, env('ACCOUNT_CLAIM'));
  const asked = jsonOf(input);
  const wanted = isForUpload(asked) ? parseOrRefuse(TicketBody, asked) : parseOrRefuse(StartBody, asked);
  const key = parseOrRefuse(IdempotencyKey.optional(), input.event.headers['idempotency-key'], 'Idempotency-Key');
  refuseOthers(caller, wanted.accountId);
  refuseSpeech(wanted.options ?? {});

  const ledger = ledgerFromEnv();
  const alias = key ? { scope: caller.calledBy, key, body: hashOf(wanted) } : undefined;
  let id = alias && (await findKey(ledger.table, alias));
  if (!id) {
    id = await promise(ledger, await ticketFor(wanted, caller.calledBy));
    // The promise comes first: a key that was bound to nothing could never be mended.
    if (alias) id = await bindKey(ledger.table, { ...alias, revalidationId: id });
  }
  const [record, ticket] = await Promise.all([readRecord(ledger, id), readTicket(ledger.table, id)]);
  if (!record && !ticket) throw new CallRefusedError('revalidation_unknown', 'its time in the ledger is over');
  const open = record ? undefined : ticket;
  const upload = open?.upload && (await formFor(env('MEDIA_BUCKET'), open.upload));
  if (open && !upload) await startExecution(env('MACHINE_ARN'), id, requestOf(open));
  log('info', 'done', { step: 'StartRevalidation', revalidationId: id });
  return answerJson(record ? 200 : 202, { ...presentable(record, ticket), ...(upload ? { upload } : {}) });
});

const isForUpload = (asked: unknown): boolean => typeof asked === 'object' && asked !== null && 'upload' in asked;

/** What Truora could never take is refused here and now, and nothing is written for it. */
const ticketFor = async (wanted: TicketBody | StartBody, calledBy: string): Promise<Ticket> => {
  if ('upload' in wanted) {
    refuseStillPhoto(wanted.upload.type, wanted.options ?? {});
    return uploadTicket(wanted, newRevalidationId(), calledBy);
  }
  const bucket = env('MEDIA_BUCKET');
  const { key, versionId } = wanted.media;
  const glance = await glanceAt({ bucket, key, versionId, etag: undefined });
  acceptMedia(glance, wanted.options ?? {});
  const version = glance.versionId ?? glance.etag;
  const id = revalidationIdOf({ accountId: wanted.accountId, bucket, key, version });
  return startTicket(wanted, id, glance.versionId, calledBy);
};

/** Whoever asks again for the same media of the same person meets what stands, and nothing is written. */
const promise = async (ledger: Ledger, ticket: Ticket): Promise<string> => {
  if (!(await readRecord(ledger, ticket.revalidationId))) await issueTicket(ledger, ticket);
  return ticket.revalidationId;
};

/** Two bodies with the same fields have the same hash: parsing has put the fields into the schema's order. */
const hashOf = (body: TicketBody | StartBody): string =>
  createHash('sha256').update(JSON.stringify(body)).digest('hex');
