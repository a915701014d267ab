// A process that moves media as it is told, one line of JSON a move, and answers with what it took: by the bundle of
// MoveMedia, by a bare pipe of node:http without a hash, or by reading all of it first. It counts the bytes of media that
// it holds: received from S3, and not yet taken by the other socket.
import { request } from 'node:http';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

const [bundle] = process.argv.slice(2);
const { handler } = bundle ? await import(pathToFileURL(bundle).href) : {};
const write = process.stdout.write.bind(process.stdout);
// What the handler writes to its log is not an answer.
process.stdout.write = () => true;

/** Every socket of this process, to tell what has come in and what has gone out. */
const sockets = new Set();
/** What sockets that are closed by now have taken of this move. */
let gone = 0;
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...words) {
  sockets.add(this);
  this.once('connect', () => {
    this.peer = this.remotePort;
  });
  this.once('close', () => {
    sockets.delete(this);
    if (this.peer === sinkOfMove) gone += this.bytesWritten;
  });
  return connect.apply(this, words);
};
let sinkOfMove;
const held = ({ mediaPort, sinkPort }) => {
  let received = 0;
  let accepted = gone;
  for (const socket of sockets) {
    if (socket.peer === mediaPort) received += socket.bytesRead - (socket.before ?? 0);
    // A socket's own count has in it what is queued; what the kernel has not taken is still ours.
    if (socket.peer === sinkPort) {
      accepted += socket._handle ? socket._handle.bytesWritten - socket._handle.writeQueueSize : 0;
    }
  }
  return received - accepted;
};

const get = (url) => new Promise((resolve, reject) => request(url, resolve).on('error', reject).end());
const put = (url, headers, send) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method: 'PUT', headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
    });
    call.on('error', reject);
    send(call).catch(reject);
  });

const pipe = async ({ source, sink, bytes }) => {
  const media = await get(source);
  await put(sink, { 'content-length': bytes }, (call) => pipeline(media, call));
};

const ways = {
  ours: ({ event }) => handler(event, {}),
  pipe,
  bare: pipe,
  buffer: async ({ source, sink, bytes }) => {
    const body = await (await fetch(source)).arrayBuffer();
    await fetch(sink, { method: 'PUT', body, headers: { 'content-length': String(bytes) } });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const move = JSON.parse(line);
  for (const socket of sockets) socket.before = socket.bytesRead;
  sinkOfMove = move.sinkPort;
  gone = 0;
  let most = 0;
  const look = move.watch && setInterval(() => (most = Math.max(most, held(move))), 1);
  const before = process.cpuUsage();
  const begun = performance.now();
  let error;
  await ways[move.way](move).catch((thrown) => (error = String(thrown)));
  const { user, system } = process.cpuUsage(before);
  clearInterval(look);
  write(
    `${JSON.stringify({ error, cpuMs: (user + system) / 1000, ms: performance.now() - begun, held: most, peakMB: process.resourceUsage().maxRSS / 1024 })}\n`,
  );
}
