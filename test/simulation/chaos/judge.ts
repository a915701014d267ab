import { isDeepStrictEqual } from 'node:util';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { unclaimedCaseOf } from '../../../shared/domain/case-id.ts';
import { readIntake } from '../../../shared/domain/intake.ts';
import { isEnd } from '../../../shared/domain/lifecycle.ts';
import { purposeOf } from '../../../shared/domain/policy.ts';
import { LedgerRecord } from '../../../shared/domain/record.ts';
import type { Outcome } from '../../../shared/domain/revalidation.ts';
import { canaries, settings } from '../simulation.ts';
import { EPOCH } from '../virtual/clock.ts';
import { functionNames } from '../virtual/functions.ts';
import { judgeLive } from './live.ts';
import { judgeMoney } from './money.ts';
import { judgePolicies } from './policies.ts';
import type { Ran } from './run.ts';

/** Without a validation a case is over by then: the machine asks for half an hour whether Truora is there. Seconds. */
const WITHOUT_VALIDATION = 3600;

/** Bounds of row 46, and of the state that a step is given. */
const [FEW_EVENTS, MANY_EVENTS, MOST_STATE] = [200, 1500, 8192];

/** What an execution's history holds beside its tasks: states entered and left, the beginning and the end. */
const OTHER_EVENTS = 26;

/** Tasks more of a run that waits until another of its person can see what became of a call: as often as the machine retries. */
const MOST_WAITS = 60;

/** Whether an execution that succeeded says what stands: its owner the outcome, every other one that it is a repeat, and of what age. */
const saysWhatStands = (executionArn: string, output: unknown, record: LedgerRecord): boolean => {
  const { owner, outcome, claimedAt } = record;
  if (owner === executionArn) return isDeepStrictEqual(output, outcome);
  return isDeepStrictEqual(output, { ...outcome, claimedAt, isRepeat: true });
};

const isOtherWay = ({ phase }: Pick<LedgerRecord, 'phase'>): boolean => phase === 'alternative_required';

/** What a whole run has to keep after any fault. @returns the promises that are broken */
export const judge = (ran: Ran): string[] => {
  const { plan, system, dropped, called, deadSweeps, paidInVain, isOver } = ran;
  const broken: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  const isErased = (accountId: string): boolean => ran.erasures?.isErased(accountId) ?? false;
  const items = system.itemsOf('RUN').map((item) => LedgerRecord.safeParse(unmarshall(item)));
  const records = items.flatMap(({ data }) => data ?? []);
  must(records.length === items.length, 'a record cannot be read');
  must(isOver, 'the system never comes to rest');
  must(paidInVain === 0, 'media that was gone was paid for');
  const charged = new Map(system.truora.charged.map((one) => [one.id, one]));
  const sweepsInbox = (functionNames as readonly string[]).includes('SweepInbox');

  for (const { arrival, version, executions } of dropped) {
    if (arrival.events.length === 0 && !sweepsInbox) continue;
    const { request } = system.dropOf(version);
    const intake = readIntake(request, { bucket: system.variables.MEDIA_BUCKET, executionId: 'none' });
    const { revalidationId } = unclaimedCaseOf(intake);
    // A case holds the version it is about, and a refusal that was never claimed has the id its claim would have had.
    const cases = records.filter(({ media, revalidationId: id }) =>
      media ? media.key === version.key && media.versionId === version.versionId : id === revalidationId,
    );
    must(cases.length <= 1, `a drop is ${cases.length} cases`);
    const [record] = cases;
    const isGone = plan.tamper !== undefined || arrival.body !== 'photo' || plan.rows.has(59);
    // A drop whose object is gone before any function reads it has no case.
    if (arrival.events.length === 0 && (isGone || isErased(arrival.accountId)) && !record) continue;
    must(record !== undefined, 'a drop has no record');
    if (!record) continue;
    const ends = record.trail.filter(({ phase }) => isEnd(phase));
    must(
      ends.length === 1 && isEnd(record.phase),
      `a record has ended as ${ends.map(({ phase }) => phase).join(', ') || 'nothing'}`,
    );
    must(record.announced !== undefined, 'an outcome was not announced');
    must(!system.bucket.versions.includes(version), 'media has outlived its time');
    // Of an erased person nothing more is left to look at.
    if (isErased(arrival.accountId)) continue;
    for (const { status, output, executionArn } of executions) {
      must(status !== 'RUNNING', 'an execution runs for ever');
      must(
        status !== 'SUCCEEDED' || saysWhatStands(executionArn, output, record),
        'an execution says something else than the record',
      );
    }
    must(
      !arrival.underSecond || (!isOtherWay(record) && !/^consent_/.test(record.outcome?.reason ?? '')),
      'a person who agreed again is still refused',
    );
    const validation = charged.get(record.validationId ?? '');
    for (const { bytes, cut } of validation?.uploads ?? []) {
      must(cut || bytes.equals(version.bytes), 'other bytes were uploaded than those that were dropped');
    }
    const isDecided = validation?.decidedAt !== undefined && validation.decidedAt <= validation.expiresAt;
    const isDecision =
      ['approved', 'declined', 'expired'].includes(record.phase) ||
      record.outcome?.reason === 'verdict_mismatch' ||
      record.outcome?.reason === 'verdict_unconfirmed' ||
      record.outcome?.reason === 'unknown_reason' ||
      (record.outcome?.reason === 'system_error' && plan.story.ending.failure_status === 'system_error');
    // Media that is gone when its upload has to be repeated: what Truora made of the first one comes as an amendment.
    const isLate = record.outcome?.reason === 'media_gone' && (record.amendments?.length ?? 0) > 0;
    // A run that was stopped from outside ends without Truora's verdict, which comes as an amendment if it is about a face.
    const isCut = isOtherWay(record) || record.phase === 'canceled' || /^execution_/.test(record.outcome?.reason ?? '');
    const saysNothing =
      !['success', 'failure'].includes(plan.story.ending.validation_status ?? '') ||
      ['expired', 'system_error'].includes(plan.story.ending.failure_status ?? '');
    const isToldLate = isCut && ((record.amendments?.length ?? 0) > 0 || saysNothing);
    must(
      !isDecided || isDecision || isLate || isToldLate || plan.rows.has(23),
      `Truora has decided what is recorded as ${record.phase} ${record.outcome?.reason ?? ''}`,
    );
    must(!record.receipt || (validation?.uploads.length ?? 0) > 0, 'a receipt is kept of media that Truora never took');
    const isLegible = !plan.rows.has(23) && !plan.rows.has(53) && plan.story.forms?.words !== undefined;
    must(
      !isDecided || !isLegible || record.outcome?.reason !== 'undecided_at_deadline',
      'a verdict in capitals was not read',
    );
    must(
      plan.tamper?.kind !== 'overwrite' || !/^media_(gone|changed)$/.test(record.outcome?.reason ?? ''),
      'a later version stood in the way of the one that was dropped',
    );
    const isBad =
      arrival.body !== 'photo' || ['failure', 'unknown', 'other account'].includes(plan.story.enrollment[0] ?? '');
    must(!isBad || record.validationId === undefined, 'what could never be decided was paid for');
    const { threshold } = JSON.parse(arrival.metadata.options ?? '{}') as { threshold?: number };
    const isBelow =
      threshold !== undefined && threshold < (plan.policies[purposeOf(arrival.metadata)]?.minimumThreshold ?? 1);
    must(!isBelow || record.validationId === undefined, 'less than the floor was asked for, and paid for');
    const from = Math.max(
      EPOCH,
      ...executions
        .slice(0, 1)
        .map(({ executionArn }) => system.starts.find(({ arn }) => arn === executionArn)?.at ?? 0),
    );
    const deadline = record.used ? Date.parse(record.used.deadline) : from + WITHOUT_VALIDATION * 1000;
    const latest =
      Math.max(deadline, from + WITHOUT_VALIDATION * 1000 * (record.validationId ? 0 : 1)) +
      (settings.grace + settings.sweepMinutes * 60 * (1 + deadSweeps)) * 1000; // A failed sweep is not retried.
    const endedAt = Date.parse(ends[0]?.at ?? '');
    const isSwept = arrival.events.length === 0;
    must(
      isSwept || endedAt <= latest,
      `a case ended ${Math.round((endedAt - latest) / 1000)} s too late, as ${record.phase} ${record.outcome?.reason ?? ''}`,
    );
  }

  for (const { status } of called) must(status !== 'RUNNING', 'an execution runs for ever');
  // A refusal frees the key; anything else is the one case that the key stands for.
  const answers = called.flatMap(({ status, output }) => (status === 'SUCCEEDED' ? [output as Outcome] : []));
  const kept = answers.filter(({ status }) => status !== 'refused').map(({ revalidationId }) => revalidationId);
  must(new Set(kept).size <= 1, 'an idempotency key stands for two cases');

  for (const { phase, validationId = '', outcome, accountId, erasedAt } of records) {
    if (phase !== 'approved' || erasedAt) continue;
    const validation = charged.get(validationId);
    const { validation_status, threshold, ...anythingElse } = plan.story.ending;
    // The account's own threshold, which is no lower than any requested one, is returned in place of a lower one.
    const isLower = threshold !== undefined && plan.story.forms?.threshold !== 'the account’s own';
    const isPlain = validation_status === 'success' && !isLower && Object.keys(anythingElse).length === 0;
    // A requested number that is returned above 1 says that something else was compared.
    const isSaid = plan.story.forms?.threshold !== 'percent';
    const isTrue = isPlain && isSaid && validation?.decidedAt !== undefined;
    must(isTrue && validation?.accountId === accountId, 'approved without Truora having said so');
    must(outcome?.validationId === validationId, 'approved for another validation');
  }

  broken.push(
    ...judgeMoney(ran, records),
    ...judgePolicies(plan, records, charged),
    ...judgeLive(system, ran.live, records),
    ...(ran.consents?.judge(records) ?? []),
    ...(ran.erasures?.judge(records, dropped, plan.tamper?.kind === 'delete') ?? []),
  );

  must(system.truora.refusedHosts.length === 0, 'media was sent to a host that is not allowed');
  // While a list cannot be read, the result of a call is unknown, and the person stays taken; for ever, if it stays so.
  const { listing, listingEnds } = plan.story;
  const isUnread = listing !== undefined && listing.kind !== 'null' && listingEnds === undefined;
  must(isUnread || system.itemsOf('ACC').length === 0, "a person's intent was left open");
  for (const { revalidationId } of records) {
    const ids = system.announced.filter(
      ({ detail, detailType }) => detail.revalidationId === revalidationId && /Ended/.test(detailType),
    );
    must(
      new Set(ids.map(({ detail }) => detail.eventId)).size === 1,
      'an outcome was announced under several ids, or none',
    );
  }
  // By a clock far behind ours a link has expired before it came: then the longest life there is holds, and its looks.
  const isLong = plan.rows.has(46) || plan.rows.has(53);
  const mayWait = dropped.length > 1;
  const longest = (isLong ? MANY_EVENTS : FEW_EVENTS) + (mayWait ? 3 * MOST_WAITS : 0);
  for (const { executions } of dropped) {
    // A copy waits for the owner of its claim, in looks of its own.
    const events = 3 * (system.invocations.get(executions[0]?.executionArn ?? '') ?? 0) + OTHER_EVENTS;
    must(events <= longest, `${events} events in an execution's history`);
  }
  must(
    plan.poison.length > 0 || system.sizes.journal <= MOST_STATE,
    `a step was given ${system.sizes.journal} characters`,
  );
  must(
    system.truora.calls.read <= (isLong ? 400 : 60) * (dropped.length + (plan.live ? 1 : 0)),
    `Truora was read ${system.truora.calls.read} times`,
  );

  const told = [
    ...system.logs,
    JSON.stringify(system.announced),
    ...dropped.flatMap(({ executions }) => executions.map(({ output, cause }) => JSON.stringify([output, cause]))),
  ];
  must(!system.tokens.some((token) => told.some((text) => text.includes(token))), 'a task token was told');
  for (const [name, canary] of Object.entries(canaries))
    must(!told.some((text) => text.includes(canary)), `the ${name} was told`);
  must(
    system.truora.sent.forged === 0 ||
      system.answers.length === 0 ||
      plan.blows.length + plan.refuses.length > 0 ||
      system.answers.some(({ status }) => status === 401),
    'a forged webhook was not refused',
  );
  return [...new Set(broken)];
};
