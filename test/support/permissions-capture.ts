import { setImmediate } from 'node:timers/promises';
import type { LocalSystem } from '../../infra/local/local-system.ts';
import { type calling, upload } from './callers.ts';
import { SPEECH } from './capture.ts';
import { video } from './drops.ts';
import { ftyp, mdat, moov, mp4 } from './media.ts';

/** Where the capture page of these runs is. */
export const PAGE = 'https://check.example.com/';

type Form = Parameters<typeof upload>[0];

type View = { step: string; session: string; texts?: Record<string, string>[] };

type Tools = {
  system: LocalSystem;
  call: ReturnType<typeof calling>;
  until: (isThere: () => Promise<boolean> | boolean) => Promise<void>;
  itemAt: (pk: string) => Promise<Record<string, unknown>>;
  someone: (suffix?: string) => Promise<{ accountId: string; enrollmentId: string }>;
};

/** What has to happen for each permission of a live capture and of the capture page to be used. */
export const captureRuns = ({ system, call, until, itemAt, someone }: Tools) => {
  const page = async <Answer = View>(line: string, session?: string, body?: object): Promise<Answer> => {
    const headers: Record<string, string> = session ? { authorization: `Bearer ${session}` } : {};
    const { status, content } = await call(line, { as: undefined, headers, ...(body ? { body } : {}) });
    if (status !== 200) throw new Error(`${line} was answered ${status}`);
    return content as unknown as Answer;
  };

  /** A live capture whose person has opened the link and agreed. */
  const agreed = async (suffix = '', more: object = {}) => {
    const { accountId, enrollmentId } = await someone(suffix);
    const body = { accountId, enrollmentId, capture: 'live', country: 'CO', options: { ...SPEECH, ...more } };
    const { content } = await call('POST /revalidations', { body });
    const { revalidationId: id, captureUrl } = content;
    const { session, texts } = await page('POST /capture/sessions', undefined, { token: captureUrl.split('#')[1] });
    const { purpose: _, ...text } = texts?.[0] ?? {};
    await page('POST /capture/consent', session, text);
    return { id, session };
  };

  const untilStep = (session: string, step: string) =>
    until(async () => (await page('GET /capture', session)).step === step);

  const untilAnnounced = (id: string) => until(async () => (await system.record(id))?.announced !== undefined);

  const record = async (session: string, bytes = video) => {
    await untilStep(session, 'record');
    await upload(await page<Form>('POST /capture/upload', session, { type: 'video/mp4' }), bytes);
  };

  /** Its last part, which says how long it is, lies behind what is read first. */
  const longVideo = Buffer.concat([ftyp('isom'), mdat(300_000), moov()]);

  const leave = (session: string) => page('POST /capture/alternative', session);

  const atOnce: Record<string, () => Promise<unknown>> = {
    'a live capture, from its link to its end': async () => {
      const { session } = await agreed();
      await record(session);
      await untilStep(session, 'ended');
    },
    'a live capture without a recording': async () => {
      const { id } = await agreed('', { timeoutSeconds: 2 });
      await untilAnnounced(id);
    },
    'another way that is taken while a live capture waits for its recording': async () => {
      const { id, session } = await agreed();
      await untilStep(session, 'record');
      await leave(session);
      await system.machine.describe((await system.record(id))?.owner ?? '')?.ended;
    },
    'another way that is taken on the capture page while a case waits for its verdict': async () => {
      const { id, session } = await agreed('-never');
      await record(session);
      await until(async () => {
        const { validationId } = (await system.record(id)) ?? {};
        return validationId !== undefined && (await itemAt(`WAIT#${validationId}`)).taskToken !== undefined;
      });
      await leave(session);
      await untilAnnounced(id);
    },
  };

  const afterwards: Record<string, () => Promise<unknown>> = {
    'a recording whose event was lost, and a later file that cannot be one': async () => {
      const { session } = await agreed();
      await untilStep(session, 'record');
      system.setEventDelivery('are lost');
      await record(session, longVideo);
      // No recording: the look goes on to the older version.
      await record(session, mp4({ handlers: ['vide'] }));
      // The event goes out one turn of the loop behind the answer.
      await setImmediate();
      system.setEventDelivery('arrive');
      await untilStep(session, 'ended');
    },
  };

  return { atOnce, afterwards };
};
