import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { evidenceKeyOf } from '../../shared/domain/evidence-key.ts';
import { newRevalidationId } from '../../shared/domain/ids.ts';
import { personOf } from '../../shared/ledger/tombstones.ts';
import type { calling } from './callers.ts';
import { fileOf, photo } from './drops.ts';

type Tools = {
  system: LocalSystem;
  call: ReturnType<typeof calling>;
  someone: (suffix?: string) => Promise<{ accountId: string; enrollmentId: string }>;
  stand: (item: Record<string, unknown>) => Promise<unknown>;
  remove: (pk: string) => Promise<unknown>;
  itemAt: (pk: string) => Promise<Record<string, unknown>>;
  woken: (name: string) => Promise<void>;
};

/** Longer than the quiet time of the local system. Milliseconds. */
const QUIET_MS = 4000;

/** What has to happen for each permission of an erasure to be used: in the call at once, and again by the sweep. */
export const erasureRuns = ({
  system,
  call,
  someone,
  stand,
  remove,
  itemAt,
  woken,
}: Tools): Record<string, () => Promise<unknown>> => {
  const putEvidence = async (id: string) => {
    const { endpoints, credentials, deployment } = system;
    const s3 = new S3Client({ endpoint: endpoints.S3 ?? '', region: 'us-east-1', credentials });
    const Bucket = deployment.outputs.EvidenceBucket;
    await s3
      .send(new PutObjectCommand({ Bucket, Key: evidenceKeyOf(id), Body: 'a.e30.c~W10~' }))
      .finally(() => s3.destroy());
  };

  /** A case that runs, one that ended with evidence, and media in both folders. */
  const leave = async ({ accountId, enrollmentId }: { accountId: string; enrollmentId: string }) => {
    const claimedAt = new Date().toISOString();
    const owner = `${system.machine.arn.replace(':stateMachine:', ':execution:')}:unknown`;
    const [open, ended] = [newRevalidationId(), newRevalidationId()];
    const common = { accountId, enrollmentId, owner, claimedAt, trail: [] };
    const validationId = `VLD-${accountId}`;
    await stand({ pk: `RUN#${open}`, revalidationId: open, phase: 'moved', validationId, ...common });
    const outcome = { revalidationId: ended, status: 'failed', decidedBy: 'workflow', decidedAt: claimedAt };
    const after = { announced: claimedAt, outcome };
    await stand({ pk: `RUN#${ended}`, revalidationId: ended, phase: 'failed', ...after, ...common });
    await putEvidence(ended);
    // One without evidence.
    const bare = newRevalidationId();
    await stand({ pk: `RUN#${bare}`, revalidationId: bare, phase: 'failed', ...after, ...common });
    for (const key of [`inbox/${accountId}/x`, `media/${accountId}/x.jpg`]) {
      await putMedia(system, { key, file: fileOf(photo) });
    }
  };

  const erase = ({ accountId }: { accountId: string }) => call(`DELETE /accounts/${accountId}`);

  let who = { accountId: '', enrollmentId: '' };

  /** A search begins after the time at which it finds an erasure due. */
  const dueNow = async () => {
    const pk = `ERASED#${personOf(who.accountId)}`;
    await stand({ ...(await itemAt(pk)), dueAt: new Date(0).toISOString() });
    await sleep(1500);
  };

  return {
    'an erasure, at once and by a sweep that Truora tells to wait': async () => {
      who = await someone('-enrollment-limited');
      await leave(who);
      await erase(who);
      await leave(who);
      const { accountId } = who;
      for (const pk of ['KEY#x#y', `TICKET#${newRevalidationId()}`, 'LINK#x', 'SESSION#x']) {
        await stand({ pk: `${pk}-erasure`, ...who, person: personOf(accountId) });
      }
      await stand({ pk: `ACC#${accountId}`, opened: true });
      await sleep(QUIET_MS);
      await woken('SweepErasures');
      await dueNow();
    },
    'two sweeps that end the erasure: the second meets blank records only': async () => {
      await woken('SweepErasures');
      await dueNow();
      await woken('SweepErasures');
      const { status } = await erase(who);
      if (status !== 200) throw new Error(`the erasure was answered ${status}`);
    },
    'an erasure that a restored table does not know': async () => {
      const another = await someone();
      await erase(another);
      const pk = `ERASED#${personOf(another.accountId)}`;
      await remove(pk);
      await woken('SweepErasures');
      if (!(await itemAt(pk)).dueAt) throw new Error('the erasure is not due again');
    },
  };
};
