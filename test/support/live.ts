/** Live captures on a local system: asked for by the API, recorded once there is a phrase. */

import type { LocalSystem } from '../../infra/local/local-system.ts';
import type { LedgerRecord } from '../../shared/domain/record.ts';
import { calling, upload } from './callers.ts';
import { SPEECH } from './capture.ts';
import { someone } from './drops.ts';
import { waitFor } from './wait-for.ts';

type Found = { phase: string; status: string; phrase?: string; recordBefore?: string; outcome?: { reason?: string } };

export const liveOn = (system: LocalSystem) => {
  const call = calling(system);
  const found = async (id: string): Promise<Found> =>
    (await call(`GET /revalidations/${id}`)).content as unknown as Found;

  /** Waits until the person can be asked to speak. */
  const phraseOf = (id: string): Promise<Found & { phrase: string }> =>
    waitFor(async () => {
      const read = await found(id);
      if (read.phrase === undefined) throw new Error(`no phrase while ${read.phase}`);
      return { ...read, phrase: read.phrase };
    });

  /** Waits for the end of a case and of its execution. */
  const endOf = async (id: string): Promise<LedgerRecord> => {
    const record = await waitFor(async () => {
      const read = await system.record(id);
      if (!read?.outcome) throw new Error(`open: ${read?.phase}`);
      return read;
    });
    await system.machine.describe(record.owner)?.ended;
    return record;
  };

  const start = async (suffix = '', options: object = {}, more: object = {}) => {
    const who = await someone(system, suffix);
    const body = { ...who, userAuthorized: true, capture: 'live', options: { ...SPEECH, ...options }, ...more };
    const { status, content } = await call('POST /revalidations', { body });
    return { who, body, status, content, id: content.revalidationId, form: content.upload };
  };

  return { call, found, phraseOf, endOf, start, upload };
};
