import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineEvent } from '../../infra/local/history.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { liveScenarios } from '../../infra/local/truora/speech.ts';
import { SPEECH } from '../support/capture.ts';
import { fileOf, photo, someone, video } from '../support/drops.ts';
import { liveOn } from '../support/live.ts';
import { mp4 } from '../support/media.ts';
import { waitFor } from '../support/wait-for.ts';

let system: LocalSystem;

let live: ReturnType<typeof liveOn>;

/** Where the capture page of these cases is. */
const CAPTURE = 'https://check.example.com/';

const lines: string[] = [];

const events: MachineEvent[] = [];

const announced: unknown[] = [];

beforeAll(async () => {
  system = await startLocalSystem({
    onLog: (line) => lines.push(line),
    onEvent: (event) => events.push(event),
    onAnnounced: (event) => announced.push(event),
  });
  system.showCaptureAt(CAPTURE);
  live = liveOn(system);
});

afterAll(() => system.close());

const charges = () => system.sandbox?.counts().charges ?? 0;

describe('a live capture', () => {
  test('has its phrase before the recording, is approved with it, and is charged once', async () => {
    const before = charges();
    const { id, status, form, content } = await live.start();
    expect([status, content.phase, content.phrase]).toEqual([202, 'accepted', undefined]);
    const { phrase, recordBefore } = await live.phraseOf(id);
    expect(Date.parse(recordBefore ?? '')).toBeGreaterThan(Date.now());
    const listed = await live.call(`GET /accounts/${content.accountId}/revalidations`);
    expect(JSON.stringify(listed)).not.toContain(phrase);
    await live.upload(form, video);
    const record = await live.endOf(id);
    expect(record.outcome).toMatchObject({ status: 'approved', revalidationId: id });
    expect(charges() - before).toBe(1);
    expect(record.receipt?.bytes).toBe(video.length);
    // No longer shown, and nowhere but in the ledger while it was.
    expect(await live.found(id)).not.toHaveProperty('phrase');
    for (const kept of [lines, events, announced]) expect(JSON.stringify(kept)).not.toContain(phrase);
    expect(JSON.stringify(record)).not.toContain(phrase);
  });

  test.each(liveScenarios.map((scenario) => [scenario.suffix, scenario] as const))(
    'ends as the scenario %s says',
    async (_, { suffix, expected }) => {
      const { id, form } = await live.start(suffix);
      if (expected.reason !== 'speech_phrase_missing') {
        await live.phraseOf(id);
        await live.upload(form, video);
      }
      const { outcome, orphans } = await live.endOf(id);
      expect([outcome?.status, outcome?.reason]).toEqual([expected.status, expected.reason]);
      expect(orphans?.length ?? 0).toBe(expected.reason === 'speech_phrase_missing' ? 1 : 0);
    },
  );

  test('finds a recording whose event was lost', async () => {
    const { id, form } = await live.start();
    await live.phraseOf(id);
    system.setEventDelivery('are lost');
    try {
      await live.upload(form, video);
      expect((await live.endOf(id)).outcome?.status).toBe('approved');
    } finally {
      system.setEventDelivery('arrive');
    }
  });

  test('takes the first recording, and a later one is a repeat', async () => {
    const { id, form } = await live.start('-slow');
    await live.phraseOf(id);
    await live.upload(form, video);
    await waitFor(async () => expect((await system.record(id))?.media).toBeDefined());
    const { media } = (await system.record(id)) ?? {};
    await live.upload(form, Buffer.concat([video, Buffer.from('again')]));
    const record = await live.endOf(id);
    expect(record).toMatchObject({ media, outcome: { status: 'approved' } });
  });

  test.each([
    ['a photo', photo],
    ['a video without sound', mp4({ handlers: ['vide'] })],
  ])('waits on after %s, which is refused alone', async (_, bytes) => {
    const { id, form, content } = await live.start();
    await live.phraseOf(id);
    await live.upload(form, bytes);
    const refused = await waitFor(async () => {
      const { records } = await system.recordsOf(content.accountId);
      const other = records.find(({ revalidationId }) => revalidationId !== id);
      if (!other) throw new Error('not refused yet');
      return other;
    });
    expect(refused.outcome).toMatchObject({ status: 'refused', reason: 'media_without_sound' });
    await live.upload(form, video);
    expect((await live.endOf(id)).outcome?.status).toBe('approved');
  });

  test('ends when the link has expired and nothing was recorded: the execution succeeds with it', async () => {
    const { id } = await live.start('', { timeoutSeconds: 2 });
    const { outcome, owner } = await live.endOf(id);
    expect(outcome).toMatchObject({ status: 'expired', reason: 'media_not_recorded', decidedBy: 'workflow' });
    expect(outcome?.validationId).toBeDefined();
    expect(system.machine.describe(owner)).toMatchObject({ status: 'SUCCEEDED', output: { status: 'expired' } });
  });

  test('ends at once by a cancellation or the other way, and a recording after it changes nothing', async () => {
    for (const [way, status] of [
      ['cancel', 'canceled'],
      ['alternative', 'alternative_required'],
    ]) {
      const { id, form } = await live.start();
      await live.phraseOf(id);
      await live.call(`POST /revalidations/${id}/${way}`);
      await live.upload(form, video);
      const record = await live.endOf(id);
      expect([record.outcome?.status, record.media]).toEqual([status, undefined]);
    }
  });

  test('of a workflow is recorded under the key of its case', async () => {
    const who = await someone(system);
    const request = { kind: 'call', ...who, userAuthorized: true, capture: 'live', options: SPEECH };
    const execution = system.machine.start({ request });
    const record = await waitFor(async () => {
      const { records } = await system.recordsOf(who.accountId);
      if (records[0]?.phase !== 'created') throw new Error('not created yet');
      return records[0];
    });
    const { revalidationId: id } = record;
    await live.phraseOf(id);
    const key = `inbox/${who.accountId}/${who.enrollmentId}/${id}.mp4`;
    await putMedia(system, { key, file: fileOf(video) });
    await execution.ended;
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { revalidationId: id, status: 'approved' } });
  });
});

describe('the capture page', () => {
  type View = { step: string; session: string; status: string; phrase?: string; texts?: object[] };

  const page = async (line: string, session?: string, body?: object) => {
    const [method = '', path = ''] = line.split(' ');
    const headers = {
      'content-type': 'application/json',
      ...(session ? { authorization: `Bearer ${session}` } : {}),
    };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(new URL(path, system.apiOrigin), init);
    return { status: response.status, content: (await response.json()) as View & { url: string; fields: object } };
  };

  test('leads a person from the consent over the phrase to the result, in one case with one charge', async () => {
    const before = charges();
    const { userAuthorized: _, ...body } = {
      ...(await someone(system)),
      userAuthorized: true,
      capture: 'live',
      options: SPEECH,
      country: 'CO',
    };
    const { content } = await live.call('POST /revalidations', { body });
    const { captureUrl } = content;
    expect(captureUrl.startsWith(`${CAPTURE}#`)).toBe(true);
    const token = captureUrl.split('#')[1];
    const { content: asked } = await page('POST /capture/sessions', undefined, { token });
    expect(asked).toMatchObject({ step: 'consent', record: 'speech' });
    expect((await page('POST /capture/sessions', undefined, { token })).status).toBe(401);
    const { session } = asked;
    const { purpose: __, ...text } = (asked.texts?.[0] ?? {}) as Record<string, string>;
    expect((await page('POST /capture/consent', session, text)).content.step).toBe('starting');
    const told = await waitFor(async () => {
      const { content: now } = await page('GET /capture', session);
      if (now.step !== 'record') throw new Error(now.step);
      return now;
    });
    expect(told.phrase).toMatch(/\w/);
    const { content: form } = await page('POST /capture/upload', session, { type: 'video/webm' });
    await live.upload(form as never, video);
    const end = await waitFor(async () => {
      const { content: now } = await page('GET /capture', session);
      if (now.step !== 'ended') throw new Error(now.step);
      return now;
    });
    expect(end.status).toBe('approved');
    expect(charges() - before).toBe(1);
    for (const secret of [token, session]) expect(JSON.stringify([lines, events, announced])).not.toContain(secret);
  });
});
