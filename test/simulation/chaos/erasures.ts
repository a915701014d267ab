import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { personOf } from '../../../shared/ledger/tombstones.ts';
import { plain } from '../aws/ledger.ts';
import { enrollmentOf, type SimulatedSystem } from '../simulation.ts';
import { clock } from '../virtual/clock.ts';
import type { Effect, Handling, Invocation } from '../virtual/effects.ts';
import { USES } from './consent.ts';
import type { Dropped } from './run.ts';

type Tombstone = { person: string; accountId?: string; finishedAt?: string; dueAt?: string };

type Held = Pick<LedgerRecord, 'revalidationId' | 'phase' | 'amendments' | 'accountId' | 'person'>;

/** A text with what its parts say in base64url, as signed records hold it. */
const readable = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  return text + text.split(/[.~]/).map((part) => Buffer.from(part, 'base64url').toString());
};

/** Follows every effect of a system in which a person is erased. */
export const watchErasures = (system: SimulatedSystem) => {
  const broken = new Set<string>();
  /** What there was of each erased person when the tombstone was written: claims and approvals by their ids. */
  const before = new Map<string, Set<string>>();
  /** The persons of whom an invocation found no tombstone. */
  const unerased = new Map<Invocation, Set<string>>();
  const tombstones = () => system.itemsOf('ERASED').map((item) => plain<Tombstone>(item));
  const search = () => system.ledger.items.get('SWEEP#erasures')?.startedAt;
  const facts = (person: string): string[] =>
    system
      .itemsOf('RUN')
      .map((item) => plain<Held>(item))
      .filter((one) => one.person === person || (one.accountId && personOf(one.accountId) === person))
      .flatMap(({ revalidationId, phase, amendments = [] }) => [
        `claimed ${revalidationId}`,
        ...[phase, ...amendments.map(({ status }) => status)].flatMap((one) =>
          one === 'approved' ? [`approved ${revalidationId}`] : [],
        ),
      ]);
  /** The person of the record that an invocation read last. */
  const readBy = new Map<Invocation, string>();
  const { operations } = system.ledger;
  const { GetItem } = operations;
  let lastAsked: string | undefined;
  /** The writes to the ledger that were looked at. */
  let writes = 0;
  let lastRead: string | undefined;
  operations.GetItem = (input) => {
    const answer = GetItem(input);
    const [kind, person] = input.Key?.pk?.S?.split('#') ?? [];
    if (kind === 'ERASED') lastAsked = answer.Item ? undefined : person;
    if (kind === 'RUN') lastRead = answer.Item?.accountId?.S;
    return answer;
  };

  const saw = ({ invocation, name }: Effect, { kind }: Handling): void => {
    if (name === 'GetItem RUN' && lastRead) readBy.set(invocation, personOf(lastRead));
    // What was looked for before the intent says nothing about the call that follows it.
    if (name === 'PutItem ACC') unerased.delete(invocation);
    const used = USES.includes(name) && kind !== 'kill before' && kind !== 'refuse' && readBy.get(invocation);
    if (used && before.has(used) && !unerased.get(invocation)?.has(used))
      broken.add(`${name} for an erased person, without a look for the erasure`);
    if (name === 'GetItem ERASED' && lastAsked) {
      unerased.set(invocation, (unerased.get(invocation) ?? new Set()).add(lastAsked));
    }
    if (writes === system.ledger.items.writes) return;
    writes = system.ledger.items.writes;
    for (const { person } of tombstones()) {
      const known = before.get(person) ?? new Set(facts(person));
      before.set(person, known);
      for (const fact of facts(person).filter((one) => !known.has(one))) {
        known.add(fact);
        // A refusal is a record too, and no claim.
        const isClaim = fact.startsWith('claimed') && invocation.name === 'ClaimRequest';
        const isChecked = unerased.get(invocation)?.has(person);
        if ((isClaim || fact.startsWith('approved')) && !isChecked)
          broken.add(`${fact.split(' ')[0]} after the erasure, without a look for it`);
      }
    }
  };

  const names = () => system.erasures.versions.filter(({ key }) => key.startsWith('erased/'));

  /** @returns the promises that are broken */
  const judge = (
    records: readonly LedgerRecord[],
    dropped: readonly Dropped[],
    isDeletedByOthers: boolean,
  ): string[] => {
    const must = (holds: boolean, what: string) => {
      if (!holds) broken.add(what);
    };
    must(search() === undefined, 'a search for erased persons was left unfinished');
    must(names().length === tombstones().length, 'an erased person has no tombstone, or no name outside of the ledger');
    for (const accountId of new Set(dropped.map(({ arrival }) => arrival.accountId))) {
      const person = personOf(accountId);
      const stone = tombstones().find((one) => one.person === person);
      const own = records.filter((one) => one.person === person || one.accountId === accountId);
      if (!stone) {
        must(
          own.every(({ erasedAt }) => erasedAt === undefined),
          'a person was erased unasked',
        );
        continue;
      }
      must(stone.finishedAt !== undefined && stone.dueAt === undefined, 'an erasure was left unfinished');
      must(
        own.every(({ announced }) => announced !== undefined),
        'a case of an erased person was not announced',
      );
      const isCertified = system.erasures.versions.some(({ key }) => key === `certificates/${person}.sdjwt`);
      must(isCertified, 'an erasure was not certified');
      for (const [where, texts] of Object.entries(stores(system))) {
        // Signed evidence names the validation, which only Truora can trace to a person.
        const canaries = where === 'evidence' ? [accountId] : canariesOf(system, accountId);
        for (const canary of canaries)
          must(!texts.some((text) => text.includes(canary)), `${where} still holds ${canary} of an erased person`);
      }
      const { enrollment } = system.plan.story;
      const isOurs = !enrollment.some((word) => word === 'unknown' || word === 'other account');
      // A drop without an event that someone else deletes before a function lists it: the enrollment was never known here.
      const isUnknown =
        own.length === 0 &&
        isDeletedByOthers &&
        dropped.every(({ arrival }) => arrival.accountId !== accountId || arrival.events.length === 0);
      const isDeleted = system.truora.unenrolled.has(enrollmentOf(accountId));
      must(!isOurs || isUnknown || isDeleted, 'an erased face is left at Truora');
    }
    return [...broken];
  };

  return {
    saw,
    judge,
    isErased: (accountId: string): boolean => before.has(personOf(accountId)),
    isLeft: () =>
      search() !== undefined ||
      names().length > tombstones().length ||
      tombstones().some(({ dueAt }) => dueAt !== undefined),
    isDue: () =>
      search() !== undefined ||
      names().length > tombstones().length ||
      tombstones().some(({ dueAt }) => dueAt !== undefined && Date.parse(dueAt) <= clock.now()),
  };
};

const stores = ({ ledger, bucket, evidence, erasures, logs }: SimulatedSystem): Record<string, string[]> => ({
  'the ledger': [...ledger.items].map((entry) => JSON.stringify(entry)),
  media: bucket.versions.flatMap(({ key, bytes, metadata }) => [key, JSON.stringify(metadata), readable(bytes)]),
  evidence: evidence.versions.map(({ key, bytes }) => key + readable(bytes)),
  'the certificates': erasures.versions.map(({ key, bytes }) => key + readable(bytes)),
  'the log': logs,
});

/** What leads to a person: the ids, and those of what Truora charged. */
const canariesOf = ({ truora }: SimulatedSystem, accountId: string): string[] => [
  accountId,
  ...truora.charged.filter((one) => one.accountId === accountId).map(({ id }) => id),
];
