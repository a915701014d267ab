import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';
import { deleteItem } from '../../shared/aws/dynamodb.ts';
import { nameErased } from '../../shared/aws/erasure-store.ts';
import { checkConsent } from '../../shared/consent/check.ts';
import { beginRevocation } from '../../shared/consent/receipts.ts';
import { endCasesOf } from '../../shared/consent/revoke.ts';
import { mayCreate } from '../../shared/domain/attempts.ts';
import { AlreadyDecidedError } from '../../shared/domain/errors.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { accessFromEnv } from '../../shared/lambda/clients.ts';
import { readBinding } from '../../shared/ledger/bindings.ts';
import { claim as claimRecord } from '../../shared/ledger/claims.ts';
import { readIntent } from '../../shared/ledger/intents.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { throttleOf } from '../../shared/ledger/throttle.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import type { Journal } from '../../shared/workflow/contract.ts';
import { runHere } from '../support/command-line.ts';
import { given } from '../support/consent.ts';
import {
  BUCKET,
  ERASURE_BUCKET,
  errorOf,
  executionOf,
  inMinutes,
  journalOf,
  newValidationId,
} from '../support/journal.ts';
import { type Line, type LocalAws, standIn } from '../support/local-aws.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:Revalidation';

type Run = { name: string; minutesAgo: number; exits: unknown[] };

const test = withLocalAws(undefined, { media: true });

let machine: LocalServer;

/** The executions that Step Functions remembers, newest first, and what left their states, newest first. */
let runs: Run[] = [];

/** The throttle when the first execution was read. */
let throttleAtFirstRead: unknown;

const read: string[] = [];

test.beforeAll(async ({ aws }) => {
  machine = await listen(async (request, response) => {
    const input = JSON.parse(String(await bodyOf(request, 100_000)));
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    throttleAtFirstRead ??= await aws.item('GATE#truora');
    const at = (minutes: number) => Date.now() / 1000 - minutes * 60;
    const run = runs.find(({ name }) => executionOf(name) === input.executionArn);
    if (run) read.push(run.name);
    const answer =
      operation === 'ListExecutions'
        ? {
            executions: runs.map(({ name, minutesAgo }) => ({
              executionArn: executionOf(name),
              stateMachineArn: input.stateMachineArn,
              name,
              status: 'SUCCEEDED',
              startDate: at(minutesAgo),
            })),
          }
        : {
            events: (run?.exits ?? []).map((output, n) => ({
              timestamp: at(1),
              type: 'TaskStateExited',
              id: n + 1,
              stateExitedEventDetails: { name: 'any', output: JSON.stringify(output) },
            })),
          };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
});

beforeAll(() => {
  // The client is made at its first use, after this.
  process.env.AWS_ENDPOINT_URL_SFN = machine.origin;
});

afterAll(async () => {
  await machine.close();
});

test.beforeEach(async ({ aws }) => {
  runs = [];
  read.length = 0;
  throttleAtFirstRead = undefined;
  for (const { pk } of await aws.items())
    if (/^(GATE|ACC)#/.test(String(pk))) await deleteItem(aws.table, String(pk), { pk: [String(pk)] });
});

/** Calls the command against a Truora that says this of every person. */
const restore = async (aws: LocalAws, truora: Line, ...words: string[]) => {
  const there = await standIn(truora);
  const base = { '--table': aws.table, '--machine': MACHINE, '--as-of': inMinutes(-60), '--truora': there.origin };
  const argv = Object.entries(base).flatMap(([name, value]) => (words.includes(name) ? [] : [name, value]));
  const ended = await runHere(['restore', ...argv, ...words], tmpdir(), { env: { TRUORA_API_KEY: 'canary-key' } });
  await there.close();
  return { ...ended, asked: there.asked };
};

const nothing: Line = { status: 200, body: { validations: [] } };

/** A case that ended after the backup: its record is in no ledger, its history is. */
const decided = () => {
  const { claim, validation, enrollment, verdict } = journalOf();
  const outcome: Outcome = {
    revalidationId: claim.revalidationId,
    status: 'approved',
    accountId: claim.accountId,
    enrollmentId: claim.enrollmentId,
    ...(validation ? { validationId: validation.validationId } : {}),
    decidedBy: 'webhook',
    claimedAt: claim.claimedAt,
    decidedAt: new Date().toISOString(),
  };
  const journal = { request: {}, claim, enrollment, validation, verdict };
  return { claim, validation, outcome, exits: [outcome, journal, { request: {}, claim }] };
};

/** A case that was killed while its call was under way. */
const killed = (more: Partial<Journal> = {}) => {
  const { claim, enrollment } = journalOf(more);
  return {
    claim,
    exits: [
      { request: {}, claim, enrollment },
      { request: {}, claim },
    ],
  };
};

const row = (accountId: string, more: object) => ({
  validation_id: newValidationId(),
  account_id: accountId,
  type: 'face-recognition',
  validation_status: 'pending',
  creation_date: inMinutes(-9),
  threshold: 0.7,
  ...more,
});

describe('a ledger that was restored from a backup', () => {
  test('gets back a case that was decided since, so that its media is answered and not paid for again', async ({
    aws,
  }) => {
    const { claim, validation, outcome, exits } = decided();
    runs = [{ name: 'decided', minutesAgo: 10, exits }];
    expect(await restore(aws, nothing)).toMatchObject({ code: 0, err: '' });
    expect(await readRecord(aws.ledger, claim.revalidationId)).toMatchObject({
      outcome,
      requested: claim.requested,
      validationId: validation?.validationId,
      owner: executionOf('decided'),
    });
    const { revalidationId } = claim;
    expect(await readBinding(aws.table, validation?.validationId ?? '')).toMatchObject({ revalidationId });
    const again = await errorOf(claimRecord(aws.ledger, claim, executionOf('again')));
    expect(again).toBeInstanceOf(AlreadyDecidedError);
  });

  test('brings nothing back of a person who was erased since the backup, and learns of them outside of the table', async ({
    aws,
  }) => {
    const { claim, exits } = decided();
    runs = [{ name: 'erased', minutesAgo: 10, exits }];
    const person = personOf(claim.accountId);
    await nameErased(ERASURE_BUCKET, person);
    const { code, out } = await restore(aws, nothing, '--erasures', ERASURE_BUCKET);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('1 persons were erased since the backup, and 0 consents revoked'),
    ]);
    expect(await readRecord(aws.ledger, claim.revalidationId)).toBeUndefined();
    expect(await aws.item(`ERASED#${person}`)).toMatchObject({ person, dueAt: expect.any(String) });
    expect(JSON.stringify(await aws.items())).not.toContain(claim.accountId);
  });

  test('revokes the consents again that were revoked since the backup, and no other one', async ({ aws }) => {
    const [revoked, live] = [await given(aws), await given(aws)];
    const pk = `CNS#${revoked.receiptId}`;
    const before = await aws.item(pk);
    const begun = await beginRevocation(aws.table, revoked.receiptId, CALLER);
    const outcomeBus = { bus: 'outcomes', mediaHours: 24, emitOutcome: () => {} };
    const settings = { ledger: aws.ledger, outcomeBus, alternative: undefined };
    if (begun) await endCasesOf({ ...settings, mediaBucket: BUCKET, erasureBucket: ERASURE_BUCKET }, begun);
    await aws.putItem({ ...before, pk });
    runs = [];
    const { code, out } = await restore(aws, nothing, '--erasures', ERASURE_BUCKET);
    expect([code, out]).toEqual([0, expect.stringContaining('and 1 consents revoked')]);
    const request = { accountId: revoked.accountId, consentReceiptId: revoked.receiptId };
    expect(await errorOf(checkConsent(aws.table, request))).toMatchObject({ reason: 'consent_revoked' });
    expect(
      await checkConsent(aws.table, { accountId: live.accountId, consentReceiptId: live.receiptId }),
    ).toBeDefined();
    // The sweep ends its cases.
    expect(await aws.item(pk)).toMatchObject({ dueAt: expect.any(String) });
    expect((await restore(aws, nothing, '--erasures', ERASURE_BUCKET)).out).toContain('and 0 consents revoked');
  });

  test('ends a case that was claimed again in the meantime with its earlier outcome', async ({ aws }) => {
    const { claim, outcome, exits } = decided();
    await claimRecord(aws.ledger, claim, executionOf('meanwhile'));
    runs = [{ name: 'first', minutesAgo: 10, exits }];
    expect(await restore(aws, nothing)).toMatchObject({ code: 0 });
    expect((await readRecord(aws.ledger, claim.revalidationId))?.outcome).toEqual(outcome);
  });

  test('does not change at a second restore', async ({ aws }) => {
    const { claim, exits } = decided();
    runs = [{ name: 'known', minutesAgo: 10, exits }];
    await restore(aws, nothing);
    const before = await aws.item(`RUN#${claim.revalidationId}`);
    expect(await restore(aws, nothing)).toMatchObject({ code: 0 });
    expect(await aws.item(`RUN#${claim.revalidationId}`)).toEqual(before);
  });

  test('makes the next run of a person resolve a call that was in flight', async ({ aws }) => {
    const { claim, exits } = killed();
    runs = [{ name: 'killed', minutesAgo: 10, exits }];
    expect(await restore(aws, nothing)).toMatchObject({ code: 0 });
    expect(await readIntent(aws.table, claim.accountId)).toMatchObject({ revalidationId: claim.revalidationId });
  });

  test('learns what such a call was charged for and Truora has decided: an orphan, and no second charge by itself', async ({
    aws,
  }) => {
    const { claim, exits } = killed();
    runs = [{ name: 'charged', minutesAgo: 10, exits }];
    const charged = row(claim.accountId, { validation_status: 'failure', failure_status: 'declined' });
    const { code, out } = await restore(aws, { status: 200, body: { validations: [charged] } });
    expect([code, out]).toEqual([0, expect.stringContaining(charged.validation_id)]);
    const record = await readRecord(aws.ledger, claim.revalidationId);
    expect(record?.orphans).toEqual([charged.validation_id]);
    expect(mayCreate(record?.attempts ?? [], 'fail-for-human')).toBe(false);
    expect(await readIntent(aws.table, claim.accountId)).toBeUndefined();
  });

  test('leaves a run that waits for media to the next run, and an old one alone', async ({ aws }) => {
    const { claim, exits } = killed();
    runs = [{ name: 'waiting', minutesAgo: 10, exits }];
    const rows = [
      row(claim.accountId, {}),
      row(claim.accountId, { validation_status: 'success', creation_date: inMinutes(-90) }),
    ];
    expect(await restore(aws, { status: 200, body: { validations: rows } })).toMatchObject({ code: 0 });
    expect(await readIntent(aws.table, claim.accountId)).toBeDefined();
    for (const { validation_id } of rows) expect(await readBinding(aws.table, validation_id)).toBeUndefined();
  });

  test('ignores executions that claimed nothing, and those that had ended before the backup', async ({ aws }) => {
    const { claim } = decided();
    runs = [
      { name: 'refused', minutesAgo: 10, exits: [{ request: {}, refusal: {} }] },
      { name: 'long ago', minutesAgo: 10 * 60, exits: [{ claim }] },
    ];
    expect(await restore(aws, nothing)).toMatchObject({ code: 0 });
    expect(read).toEqual(['refused']);
    expect(await readRecord(aws.ledger, claim.revalidationId)).toBeUndefined();
  });
});

describe('the throttle', () => {
  const throttle = (aws: LocalAws) => throttleOf(accessFromEnv('DYNAMODB'), aws.table).read();

  test('closes before anything is read, and opens at the end when that was requested', async ({ aws }) => {
    runs = [{ name: 'one', minutesAgo: 10, exits: killed().exits }];
    expect(await restore(aws, nothing)).toMatchObject({ code: 0 });
    expect(throttleAtFirstRead).toMatchObject({ closed: 'the ledger is being restored' });
    expect(await throttle(aws)).toMatchObject({ closed: 'the ledger is being restored' });
    expect(await restore(aws, nothing, '--open')).toMatchObject({
      code: 0,
      out: expect.stringContaining('the throttle is open'),
    });
    expect((await throttle(aws)).closed).toBeUndefined();
  });

  test.for<[string, Line]>([
    ['the list cannot be read', { status: 500 }],
    ['the list has more that cannot be read', { status: 200, body: { validations: [], next: true } }],
  ])('stays closed where a person is left: %s', async ([_, line], { aws }) => {
    const { claim, exits } = killed();
    runs = [{ name: 'left', minutesAgo: 10, exits }];
    const { code, out } = await restore(aws, line, '--open');
    expect([code, out]).toEqual([1, expect.stringContaining(`${claim.accountId}: could not be settled`)]);
    expect((await throttle(aws)).closed).toBeDefined();
  });

  test('stays closed when an operator has closed it for another reason', async ({ aws }) => {
    await aws.putItem({ pk: 'GATE#truora', closed: 'by hand' });
    expect(await restore(aws, nothing, '--open')).toMatchObject({
      code: 0,
      out: expect.stringContaining('stays closed'),
    });
    expect(await throttle(aws)).toMatchObject({ closed: 'by hand' });
  });
});

test.for<[string[], string]>([
  [['--as-of', 'yesterday'], '--as-of: must be a time'],
  [['--as-of', '2100-01-01T00:00:00Z'], '--as-of: must be past'],
  [['--machine', 'Revalidation'], '--machine: must be'],
  [['--retention-days', '0'], '--retention-days: must be'],
  [['--truora', 'https://truora.example.com'], '--truora: must be'],
  [['--colour', 'red'], '--colour'],
])('refuses %j by name, and changes nothing', async ([words, line], { aws }) => {
  const { code, out, err } = await restore(aws, nothing, ...words);
  expect([code, out, err.split('\n')[0]]).toEqual([2, '', expect.stringContaining(line)]);
  expect(await aws.item('GATE#truora')).toBeUndefined();
});
