import type { LocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { fileOf, photo, someone } from './drops.ts';

/** Drops under way at once: more only wait for the same two cores. */
const AT_ONCE = 25;

export type Losses = {
  drops: number;
  /** What the sandbox has charged. */
  charges: number;
  /** Drops whose executions gave different outcomes. */
  differing: number;
  /** How many re-validations ended how, a reason behind a slash. */
  ends: Record<string, number>;
};

/** Drops that are delivered three times each, and the answer to their first create call always lost. */
export const loseAnswers = async (system: LocalSystem, drops: number): Promise<Losses> => {
  const charged = () => system.sandbox?.counts().charges ?? 0;
  const before = charged();
  const losses: Losses = { drops, charges: 0, differing: 0, ends: {} };
  let left = drops;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const { accountId, enrollmentId } = await someone(system, '-create-lost');
      const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
      const versionId = await putMedia(system, { key, file: fileOf(photo), metadata: { 'user-authorized': 'true' } });
      const first = await system.executionOf(versionId);
      const all = [first, ...system.redeliver(versionId), ...system.redeliver(versionId)];
      await Promise.all(all.map(({ ended }) => ended));
      // An execution that failed has none: its outcome is on the record, and what the repeats were given. They say that they are.
      const outputs = all.flatMap(({ output }) =>
        output === undefined ? [] : [JSON.stringify({ ...output, isRepeat: true })],
      );
      if (new Set(outputs).size !== 1) losses.differing += 1;
      for (const { outcome } of (await system.recordsOf(accountId)).records) {
        const end = [outcome?.status ?? 'open', ...(outcome?.reason ? [outcome.reason] : [])].join('/');
        losses.ends[end] = (losses.ends[end] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...losses, charges: charged() - before };
};
