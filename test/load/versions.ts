import { randomUUID } from 'node:crypto';
import { putMedia, registerEnrollment } from '../../infra/local/put-media.ts';
import { Started } from '../../shared/domain/api.ts';
import { revalidationIdOf } from '../../shared/domain/case-id.ts';
import type { Outcome } from '../../shared/domain/revalidation.ts';
import { calling } from '../support/callers.ts';
import { dropped, fileOf, photo, someone } from '../support/drops.ts';
import { agedIn, dueIn } from '../support/follow-ups.ts';
import { brokenOf, count, inParallel, type Observed, type Result, secondsSince, textOf } from './result.ts';
import { sweepUntil, versionsUnder, visitsText } from './sweeps.ts';

/** Uploads of the holder that are under way at once. */
const AT_ONCE = 20;

/**
 * Versions whose events arrive and start an execution each; those of the others are lost, so the sweep meets them. A form is
 * open for five minutes, in which a laptop cannot run 20,000 executions.
 */
const HEARD = 1000;

/** Cases of other people: half of the drops arrive during the flood, half lie behind it and have lost their event. */
const OTHERS = 20;

/** Versions that SweepLedger deletes in one call, and the most calls of one visit (delete-versions.ts). */
const PAGE = 1000;

const MOST_PAGES = 5;

type Form = { url: string; fields: Record<string, string> };

/** Puts one version under the form, as a browser does. @returns the version; undefined when S3 refuses it */
const post = async ({ url, fields }: Form): Promise<string | undefined> => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('file', new Blob([new Uint8Array(photo)]), 'a.jpg');
  const response = await fetch(url, { method: 'POST', body });
  await response.arrayBuffer();
  return response.headers.get('x-amz-version-id') ?? undefined;
};

const keyOf = ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }) =>
  `inbox/${accountId}/${enrollmentId}/a.jpg`;

/**
 * The holder of one upload form puts so many versions under its key, while other people's cases run and are swept.
 * @param others how many other people there are, an even number
 */
export const floodVersions = async (observed: Observed, versions: number, others = OTHERS): Promise<Result> => {
  const { system, progress } = observed;
  const charged = () => system.sandbox?.counts().charges ?? 0;
  const before = charged();
  // Sorts before the others, so that their drops lie behind the flood in the list that the sweep walks.
  const person = { accountId: `a-${randomUUID()}`, enrollmentId: `ENR-${randomUUID()}` };
  await registerEnrollment(system.sandbox?.origin ?? '', person);
  const call = { body: { ...person, userAuthorized: true, upload: { type: 'image/jpeg' } } };
  const { revalidationId, upload: form } = Started.parse((await calling(system)('POST /revalidations', call)).content);
  if (!form) throw new TypeError('the API gave no form');
  const people = await Promise.all(Array.from({ length: others }, () => someone(system)));
  const [early, late] = [people.slice(0, others / 2), people.slice(others / 2)];

  const startedAt = performance.now();
  const put = { count: 0, ends: [] as string[] };
  const putVersions = (most: number, then: (version: string) => Promise<void>) =>
    inParallel(Array(most).keys(), AT_ONCE, async () => {
      const version = await post(form);
      if (version === undefined) return;
      put.count += 1;
      if (put.count % 500 === 0) progress(`${put.count} versions put in ${secondsSince(startedAt)} s`);
      await then(version);
    });
  const heard = putVersions(Math.min(versions, HEARD), async (version) => {
    const execution = await system.executionOf(version);
    await execution.ended;
    put.ends.push([execution.status, (execution.output as Outcome | undefined)?.status].join('/'));
  });
  await inParallel(early, 5, (one) => dropped(system, { key: keyOf(one) }));
  await heard;
  system.setEventDelivery('are lost');
  await putVersions(Math.max(0, versions - HEARD), async () => {});
  const metadata = { 'user-authorized': 'true' };
  const swept: string[] = [];
  await inParallel(late, 5, async (one) => {
    const version = await putMedia(system, { key: keyOf(one), file: fileOf(photo), metadata });
    const id = revalidationIdOf({ bucket: system.bucket, key: keyOf(one), version, accountId: one.accountId });
    swept.push(`${system.machine.arn.replace(':stateMachine:', ':execution:')}:sweep-${id}-0`);
  });
  const seconds = secondsSince(startedAt);

  const areStarted = async () => {
    const executions = swept.map((arn) => system.machine.describe(arn));
    if (executions.includes(undefined)) return false;
    await Promise.all(executions.map((execution) => execution?.ended));
    return true;
  };
  const inbox = await sweepUntil(observed, 'SweepInbox', { isDone: areStarted, most: 2 + versions / PAGE });
  system.setEventDelivery('arrive');
  const records = (await Promise.all(people.map((one) => system.recordsOf(one.accountId)))).flatMap((of) => of.records);

  const holder = await system.record(revalidationId);
  for (const { outcome } of [holder, ...records].flatMap((one) => one ?? []))
    if (outcome) await agedIn(system.table, outcome, 25);
  const left = async (of: { accountId: string }) => versionsUnder(system.bucket, `inbox/${of.accountId}/`);
  // Of the others, after the first visit: their media does not wait for the flood.
  let leftOfOthers: number[] | undefined;
  const ledger = await sweepUntil(observed, 'SweepLedger', {
    isDone: async () => {
      const now = await left(person);
      if (now < put.count) leftOfOthers ??= await Promise.all(people.map(left));
      return now === 0;
    },
    before: () => dueIn(system.table, revalidationId),
    most: 2 + versions / PAGE,
  });
  const charges = charged() - before;
  return {
    line:
      `${put.count} of ${versions} versions under one form in ${seconds} s (${textOf(count(put.ends))}), ${others} other ` +
      `cases: ${charges} charges; SweepInbox: ${visitsText(inbox)}; SweepLedger: ${visitsText(ledger)}`,
    broken: brokenOf({
      'the form was open until the last version': put.count === versions,
      'each version that is run gets the outcome of the first': put.ends.every((end) => end === 'SUCCEEDED/approved'),
      'the flooded form is one charge': charges === 1 + others,
      'each other case ends approved': records.length === others && records.every(({ phase }) => phase === 'approved'),
      'each visit of a sweep ends in its time': inbox.failed + ledger.failed === 0,
      'the media of the others is deleted at the first visit': leftOfOthers?.every((one) => one === 0) === true,
      'no visit reads more than its share of pages': ledger.mostPages <= MOST_PAGES,
      'each version is deleted in the end': (await left(person)) === 0,
    }),
  };
};
