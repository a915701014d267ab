import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Started } from '../../../shared/domain/api.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { readRecord } from '../../../shared/ledger/records.ts';
import { callApi } from './api.ts';
import { type Found, failed, ok } from './checks.ts';
import type { Context } from './context.ts';
import { type Connected, ledgerOf } from './deployment.ts';
import { dropMedia, waitForOutcome } from './drop-media.ts';
import type { Requested } from './request.ts';

/** A person and an enrollment that no Truora knows. The end of the account id says the same to the sandbox. */
const UNKNOWN = { accountId: 'smoke-enrollment-unknown', enrollmentId: `ENR${'0'.repeat(32)}` };

/** How long a free run may take: seconds as a rule, and more while functions start cold or S3's event is late. Milliseconds. */
const LONGEST_MS = 120_000;

const PAUSE_MS = 500;

const photo = join(import.meta.dirname, '../../local/media/selfie.jpg');

/**
 * Sends one photo through API, bucket, rule, machine, secret, Truora, ledger and bus, and expects the refusal of an unknown
 * enrollment. Nothing is created at Truora, so nothing is charged.
 */
export const checkFreeRun = async (connected: Connected, context: Pick<Context, 'env'>): Promise<Found> => {
  const body = JSON.stringify({ ...UNKNOWN, userAuthorized: true, upload: { type: 'image/jpeg' } });
  const answer = await callApi(connected, { method: 'POST', path: '/revalidations', body }, context);
  if (answer.status !== 202) {
    const remedy =
      answer.status === 403 || answer.status === 401
        ? 'your credentials need execute-api:Invoke; a stage with tokens needs FACE_REVALIDATION_TOKEN'
        : 'the logs of StartRevalidation';
    return failed(`the API answered ${answer.status}`, remedy);
  }
  const { revalidationId, upload } = JSON.parse(answer.body) as Started;
  const form = new FormData();
  for (const [name, value] of Object.entries(upload?.fields ?? {})) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(readFileSync(photo))]), 'smoke.jpg');
  const { status } = await fetch(upload?.url ?? '', { method: 'POST', body: form });
  if (status >= 300)
    return failed(
      `the bucket refused the upload with ${status}`,
      'the bucket policy, and the key policy of the data key',
    );
  return judged(revalidationId, await ended(connected, revalidationId));
};

/** The record once its outcome was announced, or as it is when the time is over. */
const ended = async (connected: Connected, id: string): Promise<LedgerRecord | undefined> => {
  const until = Date.now() + LONGEST_MS;
  for (;;) {
    const record = await readRecord(ledgerOf(connected), id);
    if (record?.announced || Date.now() > until) return record;
    await wait(PAUSE_MS);
  }
};

const judged = (id: string, record: LedgerRecord | undefined): Found => {
  const outcome = record?.outcome;
  if (!record)
    return failed(
      `${id} was not claimed`,
      'the rule of drops and the executions of the machine; DropsNotStarted in the runbook',
    );
  if (!outcome) return failed(`${id} has not ended (${record.phase})`, `face-revalidation explain ${id}`);
  if (outcome.reason !== 'enrollment_unknown') {
    const remedy =
      outcome.reason === 'truora_unauthorized'
        ? 'the Truora key is wrong: face-revalidation keys rotate truora FILE'
        : `face-revalidation explain ${id}`;
    return failed(`${id} ended as ${outcome.status}/${outcome.reason}, not as refused/enrollment_unknown`, remedy);
  }
  if (!record.announced) return failed(`${id} was not announced`, 'the permission of RecordRefusal on the bus');
  return ok(`${id} was refused for its unknown enrollment, and announced`);
};

/** Drops the media of a colleague, and expects an approval that a webhook brought. Truora charges it. */
export const checkChargedRun = async (connected: Connected, requested: Requested): Promise<Found> => {
  const { revalidationId: id } = await dropMedia(connected, requested);
  const outcome = await waitForOutcome(connected, id, Date.now() + 2 * LONGEST_MS);
  const remedy = `face-revalidation explain ${id}`;
  if (!outcome) return failed(`${id} has no outcome yet`, remedy);
  if (outcome.status !== 'approved') return failed(`${id} ended as ${outcome.status}/${outcome.reason}`, remedy);
  if (outcome.decidedBy === 'webhook') return ok(`${id} was approved, by webhook`);
  return failed(`${id} was approved by ${outcome.decidedBy}: no webhook came in time`, 'the runbook, "WebhookSilence"');
};
