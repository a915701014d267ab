import { marshall } from '@aws-sdk/util-dynamodb';
import { endOfConsent, receiptOf } from '../../../shared/domain/consent.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { plain } from '../aws/ledger.ts';
import type { SimulatedSystem } from '../simulation.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect, Handling, Invocation } from '../virtual/effects.ts';
import type { ConsentPlan } from './fault.ts';

type Receipt = {
  receiptId: string;
  revokingAt?: string;
  revokedAt?: string;
  validUntil: string;
  cases?: Set<string>;
  dueAt?: string;
};

const LONG = 365 * 86_400;

const timeOf = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();

/** A receipt of a person. The second one is given after the revocation of the first. */
export const receiptFor = (accountId: string, { validFor, purpose }: ConsentPlan, which: 'first' | 'second') =>
  receiptOf(
    {
      accountId,
      purpose,
      country: 'CO',
      language: 'es',
      textVersion: '1',
      channel: 'app',
      method: which,
      optionalStated: true,
      alternativeOffered: true,
      givenAt: timeOf(-60),
      validUntil: timeOf(which === 'first' ? (validFor ?? LONG) : LONG),
    },
    'ab'.repeat(32),
    { recordedAt: timeOf(-60), recordedBy: 'iam:arn:aws:sts::000000000000:assumed-role/App' },
  );

const expiresAt = EPOCH / 1000 + 2 * LONG;

const isLive = (receipt: Receipt): boolean =>
  endOfConsent({ receipt, revokingAt: receipt.revokingAt }, new Date(clock.now())) === undefined;

/** Puts a receipt into the ledger, as an earlier call did. */
export const putReceipt = (system: SimulatedSystem, receipt: ReturnType<typeof receiptFor>): void => {
  const pk = `CNS#${receipt.receiptId}`;
  system.ledger.items.set(pk, marshall({ pk, ...receipt, expiresAt }));
};

type Results = Pick<LedgerRecord, 'revalidationId' | 'phase' | 'amendments' | 'consentReceiptId'>;

/** What a face has decided of a case: its outcome, and later amendments. */
const resultsByFace = ({ revalidationId, phase, amendments = [] }: Results): string[] =>
  [phase, ...amendments.map(({ status, at }) => `${status} late at ${at}`)]
    .filter((one) => /^(approved|declined)/.test(one))
    .map((one) => `${revalidationId} ${one}`);

/** What the face is given away by: a charged call, and an upload. */
export const USES = ['POST create', 'PUT upload'];

/** Follows every effect of a system in which receipts are required. */
export const watchConsent = (system: SimulatedSystem) => {
  const broken = new Set<string>();
  /** Every case that was ever entered on a receipt. */
  const entered = new Set<string>();
  /** The results by a face that stood when a receipt was marked as revoked, by receipt. Only these may stay. */
  const marked = new Map<string, Set<string>>();
  /** Whether the last receipt that an invocation read was live. */
  const reads = new Map<Invocation, boolean>();
  /** Whether the last receipt that an invocation read or entered was not revoked, and the results by a face so far. */
  const unrevoked = new Map<Invocation, boolean>();
  const known = new Set<string>();
  let lastRead: Receipt | undefined;
  const { operations } = system.ledger;
  const { GetItem } = operations;
  operations.GetItem = (input) => {
    const answer = GetItem(input);
    if (input.Key?.pk?.S?.startsWith('CNS#')) lastRead = answer.Item && plain<Receipt>(answer.Item);
    return answer;
  };
  const cases = () => system.itemsOf('RUN').map((item) => plain<Results>(item));
  const receipts = () => system.itemsOf('CNS').map((item) => plain<Receipt>(item));
  /** The writes to the ledger that were looked at. */
  let writes = 0;

  const saw = ({ invocation, name }: Effect, { kind }: Handling) => {
    if (name === 'PutItem ACC') reads.delete(invocation);
    if (name === 'GetItem CNS') {
      reads.set(invocation, lastRead !== undefined && isLive(lastRead));
    }
    if (name === 'GetItem CNS') unrevoked.set(invocation, lastRead !== undefined && lastRead.revokingAt === undefined);
    const all = receipts();
    // An entry is a read too: its condition is that the receipt is not revoked.
    const isEntry = name === 'UpdateItem CNS' && invocation.name === 'SweepLedger';
    if (isEntry)
      unrevoked.set(
        invocation,
        all.every(({ revokingAt }) => revokingAt === undefined),
      );
    if (USES.includes(name) && kind !== 'kill before' && kind !== 'refuse' && !reads.get(invocation)) {
      broken.add(`${name} without a receipt that was live at the last read`);
    }
    if (writes === system.ledger.items.writes) return;
    writes = system.ledger.items.writes;
    for (const record of cases()) {
      const receipt = all.find(({ receiptId }) => receiptId === record.consentReceiptId);
      for (const result of resultsByFace(record).filter((one) => !known.has(one))) {
        known.add(result);
        if (receipt?.revokingAt && !unrevoked.get(invocation))
          broken.add('a verdict counted though its consent was revoked at the last read');
      }
    }
    for (const { receiptId, revokedAt, cases: open = [] } of all) {
      for (const one of open) entered.add(one);
      if (revokedAt !== undefined && !marked.has(receiptId))
        marked.set(receiptId, new Set(cases().flatMap(resultsByFace)));
    }
  };

  /** @returns the promises that are broken */
  const judge = (records: readonly LedgerRecord[]): string[] => {
    const must = (holds: boolean, what: string) => {
      if (!holds) broken.add(what);
    };
    for (const record of records) {
      const { revalidationId: id, consentReceiptId } = record;
      must(!consentReceiptId || entered.has(id), 'a case was claimed without an entry on its receipt');
      const before = marked.get(consentReceiptId ?? '');
      for (const result of resultsByFace(record)) {
        must(
          !before || before.has(result),
          `a result was written after its consent was revoked: ${result.replace(`${id} `, '')}`,
        );
      }
    }
    const names = new Set(system.erasures.versions.map(({ key }) => key));
    for (const { receiptId, revokingAt, revokedAt, cases, dueAt } of receipts()) {
      const isNamed = revokedAt === undefined || names.has(`revoked/${receiptId}`);
      must(isNamed, 'a revoked receipt has no name outside of the ledger');
      const isDone = revokedAt !== undefined && cases === undefined && dueAt === undefined;
      must(revokingAt === undefined || isDone, 'a revocation was left unfinished');
    }
    return [...broken];
  };
  return { saw, judge };
};
