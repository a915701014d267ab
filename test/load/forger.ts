import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** What a sender is given, as JSON on stdin. */
export type Sending = { url: string; perSecond: number; seconds: number; bodies: string[] };

/** What became of it, as JSON on stdout. Seconds count from the first call. */
export type Sent = { sent: number; statuses: Record<string, number>; sendingSeconds: number; seconds: number };

const { url, perSecond, seconds, bodies } = (await json(process.stdin)) as Sending;

/** Connections: what a receiver of one process answers at once is far below. */
const agent = new Agent({ keepAlive: true, maxSockets: 200 });

const statuses: Record<string, number> = {};

const send = (body = '') =>
  new Promise<void>((resolve) => {
    const answered = (status: string) => {
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    };
    const call = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/jwt' } });
    call.on('response', (response) => {
      response.resume();
      response.on('end', () => answered(String(response.statusCode)));
    });
    call.on('error', ({ name }) => answered(name));
    call.end(body);
  });

const startedAt = performance.now();

const secondsNow = () => (performance.now() - startedAt) / 1000;

const calls: Promise<void>[] = [];

const total = Math.round(perSecond * seconds);

// As many as are due by now, whether or not earlier ones have their answer.
while (calls.length < total) {
  const due = Math.min(total, Math.ceil(secondsNow() * perSecond));
  while (calls.length < due) calls.push(send(bodies[calls.length % bodies.length]));
  await new Promise((resolve) => setTimeout(resolve, 1));
}

const sendingSeconds = secondsNow();

await Promise.all(calls);

agent.destroy();

const sent: Sent = { sent: calls.length, statuses, sendingSeconds, seconds: secondsNow() };

process.stdout.write(JSON.stringify(sent));
