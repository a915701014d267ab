import { putMedia } from '../../infra/local/put-media.ts';
import { fileOf, photo, someone } from '../support/drops.ts';
import { brokenOf, count, type Observed, type Result, secondsSince, textOf } from './result.ts';

/** Puts so many drops at once, each of another person, and delivers each event twice, as S3 may. */
export const floodDrops = async ({ system, announced, progress }: Observed, drops: number): Promise<Result> => {
  const charged = () => system.sandbox?.counts().charges ?? 0;
  const before = charged();
  const people = await Promise.all(Array.from({ length: drops }, () => someone(system)));
  const startedAt = performance.now();
  const versions = await Promise.all(
    people.map(({ accountId, enrollmentId }) =>
      putMedia(system, {
        key: `inbox/${accountId}/${enrollmentId}/a.jpg`,
        file: fileOf(photo),
        metadata: { 'user-authorized': 'true' },
      }),
    ),
  );
  progress(`${drops} drops put in ${secondsSince(startedAt)} s`);
  const executions = await Promise.all(
    versions.map(async (versionId) => [await system.executionOf(versionId), ...system.redeliver(versionId)]),
  );
  let ended = 0;
  const all = executions.flat();
  await Promise.all(
    all.map(async ({ ended: end }) => {
      await end;
      ended += 1;
      if (ended % 100 === 0) progress(`${ended} of ${all.length} executions ended`);
    }),
  );
  const seconds = secondsSince(startedAt);
  const records = await Promise.all(people.map(async ({ accountId }) => (await system.recordsOf(accountId)).records));
  const cases = records.flat();
  const outcomes = announced.filter((event) => event['detail-type'] === 'Re-validation Ended').map(idIn);
  const ends = cases.map(({ outcome }) => [outcome?.status ?? 'open', outcome?.reason].filter(Boolean).join('/'));
  const charges = charged() - before;
  return {
    line: `${drops} drops at once, each event twice: ${textOf(count(ends))}; ${charges} charges, ${seconds} s`,
    broken: brokenOf({
      'each drop is one case': records.every(({ length }) => length === 1),
      'each case ends approved': ends.every((end) => end === 'approved'),
      'each case is announced once': cases.every(
        ({ revalidationId }) => outcomes.filter((id) => id === revalidationId).length === 1,
      ),
      'each case is one charge': charges === cases.length,
    }),
  };
};

const idIn = ({ detail }: { detail: unknown }) => (detail as { revalidationId: string }).revalidationId;
