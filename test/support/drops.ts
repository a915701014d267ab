import { createHash, randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalSystem } from '../../infra/local/local-system.ts';
import { putMedia, registerEnrollment } from '../../infra/local/put-media.ts';
import type { Execution } from '../../infra/local/state-machine.ts';
import { jpeg, mp4 } from './media.ts';

/** A small photo, and a small video. */
export const photo = jpeg({ data: Buffer.alloc(500, 7) });

export const video = mp4();

export const fileOf = (bytes: Buffer): string => {
  const file = join(
    tmpdir(),
    `face-revalidation-test-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`,
  );
  // Written once: tests run side by side, and one must not read what another is just writing.
  if (!existsSync(file)) writeFileSync(file, bytes);
  return file;
};

/** A person of a test's own, known to the sandbox. */
export const someone = async (system: LocalSystem, suffix = '') => {
  const who = { accountId: `p-${randomUUID()}${suffix}`, enrollmentId: `ENR-${randomUUID()}` };
  await registerEnrollment(system.sandbox?.origin ?? '', who);
  return who;
};

/** Puts an object and waits for the end of the execution that it started. */
export const dropped = async (
  system: LocalSystem,
  object: { key: string; bytes?: Buffer; metadata?: Record<string, string> },
): Promise<{ execution: Execution; versionId: string }> => {
  const { key, bytes = photo, metadata = { 'user-authorized': 'true' } } = object;
  const versionId = await putMedia(system, { key, file: fileOf(bytes), metadata });
  const execution = await system.executionOf(versionId);
  await execution.ended;
  return { execution, versionId };
};
