import { randomBytes } from 'node:crypto';
import type { MachineEvent } from '../../../infra/local/history.ts';
import { bodyOf, listen } from '../../../infra/local/http.ts';
import { startLocalSystem } from '../../../infra/local/local-system.ts';
import { signWebhook } from '../../../shared/truora/webhook.ts';
import { type Figure, type Metric, median, quantile } from '../figures.ts';
import { countedWorld, runOne, webhookKeyOf } from './units.ts';

const RUNS = 100;

const WARM_UP = 5;

/**
 * B8: from a webhook at the relay to the execution that goes on, and how often Truora is read when webhooks come.
 * C2: from the webhook, which the sandbox sends as soon as it has decided, to the end of the step that announces the outcome.
 */
export const resumes: Metric = async (say) => {
  const events: MachineEvent[] = [];
  const system = await startLocalSystem({
    onEvent: (event) => events.push(event),
    sandboxSettings: { decisionMs: 50 },
  });
  // A relay before the relay: it notes when each call came, and hands it on.
  const came: number[] = [];
  const relay = await listen(async (request, response) => {
    const body = await bodyOf(request, 1_000_000);
    const at = performance.timeOrigin + performance.now();
    const { status } = await fetch(system.webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/jwt' },
      body: String(body),
    });
    came.push(at);
    response.writeHead(status);
    response.end();
  });
  try {
    system.sandbox?.notify({ url: relay.origin, key: webhookKeyOf(system) });
    const taken: number[] = [];
    const announced: number[] = [];
    let reads = 0;
    for (let nth = -WARM_UP; nth < RUNS; nth += 1) {
      if (nth % 20 === 0) say(`resumes: ${nth} of ${RUNS}`);
      events.length = 0;
      came.length = 0;
      const before = system.sandbox?.counts().reads ?? 0;
      await runOne(system, `resume-${nth + WARM_UP}`);
      while (came.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      const resumed = events.find(({ type, state }) => type === 'StateExited' && state === 'AwaitWebhook');
      const recorded = events.find(({ type, state }) => type === 'StateExited' && state === 'RecordOutcome');
      if (nth < 0 || !resumed || !recorded) continue;
      reads += (system.sandbox?.counts().reads ?? 0) - before;
      taken.push(resumed.at.getTime() - (came.at(-1) ?? Number.NaN));
      announced.push(recorded.at.getTime() - (came.at(-1) ?? Number.NaN));
    }
    const callbacks = await inProcess();
    return [
      {
        metric: 'B8',
        what: 'webhook received -> execution resumed, median',
        value: median(taken),
        unit: 'ms',
        p95: quantile(taken, 0.95),
        reference: 'naive 5 s poller: 2,500 expected',
        raw: taken,
      },
      { metric: 'B8', what: 'the same, p99', value: quantile(taken, 0.99), unit: 'ms', target: { atMost: 50 } },
      {
        metric: 'B8',
        what: 'a callback in the same process over one loopback call, median',
        value: median(callbacks),
        unit: 'ms',
        raw: callbacks,
      },
      {
        metric: 'B8',
        what: 'reads of Truora a run',
        value: reads / taken.length,
        unit: 'count',
        target: { atMost: 1 },
      },
      {
        metric: 'C2',
        what: 'decided -> announced, median',
        value: median(announced),
        unit: 'ms',
        p95: quantile(announced, 0.95),
        raw: announced,
      },
      { metric: 'C2', what: 'the same, p99', value: quantile(announced, 0.99), unit: 'ms', target: { atMost: 60 } },
    ];
  } finally {
    await relay.close();
    await system.close();
  }
};

/** The least there is: a call on loopback that resolves a promise. */
const inProcess = async (): Promise<number[]> => {
  let resolve: (at: number) => void = () => {};
  const server = await listen(async (_, response) => {
    resolve(performance.now());
    response.end();
  });
  const taken: number[] = [];
  for (let nth = 0; nth < RUNS; nth += 1) {
    const waits = new Promise<number>((done) => {
      resolve = done;
    });
    const begun = performance.now();
    await fetch(server.origin);
    taken.push((await waits) - begun);
  }
  await server.close();
  return taken;
};

/** B10: what a webhook costs that has a foreign signature, that was sent before, or that is far too large. */
export const forgeries: Metric = async (say) => {
  const { system, ledger, services, close } = await countedWorld();
  try {
    const key = webhookKeyOf(system);
    await runOne(system, 'forged-about');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [record] = (await system.recordsOf('forged-about')).records;
    const payload = (more = {}) => ({
      iss: 'Truora',
      iat: Math.floor(Date.now() / 1000),
      events: [
        { event_type: 'face_recognition', event_action: 'succeeded', object: { validation_id: record?.validationId } },
      ],
      ...more,
    });
    const post = (body: string) =>
      fetch(system.webhookUrl, { method: 'POST', headers: { 'content-type': 'application/jwt' }, body }).then(
        ({ status }) => status,
      );
    const good = await signWebhook(payload(), key);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = {
      'signed with another key': () => signWebhook(payload(), randomBytes(32).toString('hex')),
      unsigned: async () => `${part({ alg: 'none', typ: 'JWT' })}.${part(payload())}.`,
      'with one byte changed': async () => `${good.slice(0, -4)}AAAA`,
      'of 5 MB': async () => 'x'.repeat(5_000_000),
    };
    const figures: Figure[] = [];
    for (const [name, body] of Object.entries(bad)) {
      say(`forgeries: ${name}`);
      const text = await body();
      const before = system.sandbox?.counts();
      ledger.length = services.length = 0;
      for (let nth = 0; nth < 20; nth += 1) await post(text);
      const after = system.sandbox?.counts();
      const asked = (after?.reads ?? 0) + (after?.creates ?? 0) - (before?.reads ?? 0) - (before?.creates ?? 0);
      const machine = services.filter(({ operation }) => /Task|Execution/.test(operation)).length;
      figures.push({
        metric: 'B10',
        what: `calls to DynamoDB, Step Functions and Truora for 20 webhooks ${name}`,
        value: ledger.length + machine + asked,
        unit: 'count',
        target: { atMost: 0 },
      });
    }
    ledger.length = services.length = 0;
    const before = system.sandbox?.counts().reads ?? 0;
    await post(good);
    const read = (system.sandbox?.counts().reads ?? 0) - before;
    figures.push({
      metric: 'B10',
      what: 'calls for a genuine webhook that is sent again after the end: ledger',
      value: ledger.length,
      unit: 'count',
      reference: 'its signature holds: one read, one write, one vain resume',
    });
    figures.push({ metric: 'B10', what: 'the same: Truora', value: read, unit: 'count', target: { atMost: 0 } });
    return figures;
  } finally {
    await close();
  }
};
