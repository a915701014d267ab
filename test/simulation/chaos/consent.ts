import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { endOfConsent, receiptOf } from '../../../shared/domain/consent.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import type { SimulatedSystem } from '../simulation.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import type { Effect, Handling, Invocation } from '../virtual/effects.ts';
import type { ConsentPlan } from './fault.ts';

type Receipt = { receiptId: string; revokedAt?: string; validUntil: string; cases?: Set<string>; dueAt?: string };

const LONG = 365 * 86_400;

const timeOf = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();

/** A receipt of a person. The second one is given after the revocation of the first. */
export const receiptFor = (accountId: string, { validFor }: ConsentPlan, which: 'first' | 'second') =>
  receiptOf(
    {
      accountId,
      purpose: 'default',
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

/** Puts a receipt into the ledger, as an earlier call did. */
export const putReceipt = (system: SimulatedSystem, receipt: ReturnType<typeof receiptFor>): void => {
  const pk = `CNS#${receipt.receiptId}`;
  system.ledger.items.set(pk, marshall({ pk, ...receipt, expiresAt }));
};

/** What the face is given away by: a charged call, and an upload. */
const USES = ['POST create', 'PUT upload'];

/** Follows every effect of a system in which receipts are required. */
export const watchConsent = (system: SimulatedSystem) => {
  const broken = new Set<string>();
  /** The open cases that a revocation had when it was written, and all that were ever entered. */
  const covered = new Set<string>();
  const entered = new Set<string>();
  const revoked = new Set<string>();
  /** Whether the last receipt that an invocation read was live. */
  const reads = new Map<Invocation, boolean>();
  let lastRead: Receipt | undefined;
  const { operations } = system.ledger;
  const { GetItem } = operations;
  operations.GetItem = (input) => {
    const answer = GetItem(input);
    if (input.Key?.pk?.S?.startsWith('CNS#')) lastRead = answer.Item && (unmarshall(answer.Item) as Receipt);
    return answer;
  };
  const hasEnded = (id: string) => system.ledger.items.get(`RUN#${id}`)?.outcome !== undefined;
  const receipts = () => system.itemsOf('CNS').map((item) => unmarshall(item) as Receipt);

  const saw = ({ invocation, name }: Effect, { kind }: Handling) => {
    if (name === 'PutItem ACC') reads.delete(invocation);
    if (name === 'GetItem CNS') {
      reads.set(invocation, lastRead !== undefined && !endOfConsent(lastRead, new Date(clock.now())));
    }
    if (USES.includes(name) && kind !== 'kill before' && kind !== 'refuse' && !reads.get(invocation)) {
      broken.add(`${name} without a receipt that was live at the last read`);
    }
    for (const { receiptId, revokedAt, cases = new Set<string>() } of receipts()) {
      for (const one of cases) entered.add(one);
      if (revokedAt === undefined || revoked.has(receiptId)) continue;
      revoked.add(receiptId);
      for (const one of cases) if (!hasEnded(one)) covered.add(one);
    }
  };

  /** @returns the promises that are broken */
  const judge = (records: readonly LedgerRecord[]): string[] => {
    const must = (holds: boolean, what: string) => {
      if (!holds) broken.add(what);
    };
    for (const { revalidationId: id, consentReceiptId, phase, amendments = [] } of records) {
      must(!consentReceiptId || entered.has(id), 'a case was claimed without an entry on its receipt');
      must(!covered.has(id) || !['approved', 'declined'].includes(phase), `a revoked case ended as ${phase}`);
      must(
        !covered.has(id) || !amendments.some(({ status }) => status === 'approved'),
        'a revoked case was approved late',
      );
    }
    for (const { revokedAt, cases, dueAt } of receipts()) {
      must(revokedAt === undefined || (cases === undefined && dueAt === undefined), 'a revocation was left unfinished');
    }
    return [...broken];
  };
  return { saw, judge };
};
