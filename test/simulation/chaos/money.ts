import type { LedgerRecord } from '../../../shared/domain/record.ts';
import { isGone } from '../../../shared/erasure/blank.ts';
import { settings } from '../simulation.ts';
import type { Ran } from './run.ts';

/** What a record says when Truora may have charged and this cannot be known. A list that shows nothing cannot be seen through. */
const doubts: readonly string[] = ['unconfirmed', 'blind'];

/**
 * What the records say about money, against what Truora has counted: a charge is on one record, and on no second one; where a
 * record does not know, it says so by name.
 * @returns the promises that are broken
 */
export const judgeMoney = ({ plan, system, dropped }: Ran, records: readonly LedgerRecord[]): string[] => {
  const broken: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  const { charged } = system.truora;
  const { listing } = plan.story;
  const real = new Set(charged.map(({ id }) => id));
  const written = records.flatMap(({ validationId, orphans = [] }) => [
    ...(validationId ? [validationId] : []),
    ...orphans,
  ]);
  const named = written.filter((id) => !isGone(id));
  must(new Set(named).size === named.length, 'a charge stands twice on the records');
  must(
    named.every((id) => real.has(id)),
    'a record holds a charge that was never made',
  );

  const inDoubt = records.flatMap(({ attempts = [] }) => attempts).filter(({ result }) => doubts.includes(result));
  // A list that is empty by its own word, and a case that was closed before a second call could show what that is worth.
  const isUnproved = (record: LedgerRecord) =>
    record.attempts?.length === 1 && record.attempts[0]?.result === 'not_found' && !record.validationId;
  const unproved = listing?.kind === 'null' ? records.filter(isUnproved).length : 0;
  const missing = charged.length - written.length;
  must(
    missing <= inDoubt.length + unproved,
    `Truora counts ${charged.length} charges, the records ${written.length} and ${inDoubt.length} in doubt`,
  );

  const people = dropped.length + (plan.live ? 1 : 0);
  const orphans = records.flatMap(({ orphans = [] }) => orphans).length;
  must(
    charged.length <= people + orphans + inDoubt.length,
    `${charged.length} charges for ${people} drops and ${orphans} orphans`,
  );
  // Two charges for one drop are allowed where the first call is executed later than any timeout, where the
  // deployment asks for it, and where the list says by its name that it holds nothing.
  const outlives = Object.values(plan.story.troubles.create ?? {}).some(
    (trouble) => trouble.kind === 'zombie' && trouble.after > settings.settle,
  );
  const mayDouble = outlives || plan.onUnresolved === 'create-again' || listing?.kind === 'null';
  must(mayDouble || charged.length <= people, `${charged.length} charges for ${people} drops`);
  const told = system.logs.reduce((sum, line) => sum + orphansIn(line), 0);
  must(told >= orphans || isStruck(plan), `${orphans} orphans, of which ${told} were told`);

  must(
    isStruck(plan) || !isAnswered(plan) || inDoubt.length + orphans === 0,
    'an answer that was given is taken for lost',
  );
  return broken;
};

/** Of the line of a metric. */
const orphansIn = (line: string): number => {
  if (!line.includes('"Orphans"')) return 0;
  const { Orphans } = JSON.parse(line) as { Orphans?: number };
  return Orphans ?? 0;
};

/** Whether a function may have been killed or hindered between what it did and what it said. */
const isStruck = ({ blows, lambda, refuses, erasedAt, interruption, consent, otherWayAt }: Ran['plan']): boolean =>
  blows.length + lambda.length + refuses.length + erasedAt.length > 0 ||
  [interruption, otherWayAt, consent].some((one) => one !== undefined);

/** Whether every create call of this system is answered with all it has to say. */
const isAnswered = ({ story }: Ran['plan']): boolean =>
  story.troubles.create === undefined && story.link === 'good' && story.rotates === undefined;
