import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isForUs, turnAway } from '../http.ts';
import { uploadLink } from './answers.ts';
import { envelope } from './replies.ts';
import { route } from './routes.ts';
import {
  type Counts,
  defaultSettings,
  emptyWorld,
  type LocalSystem,
  type Rule,
  registerEnrollment,
  type SandboxSettings,
  type Upload,
} from './state.ts';

export type { SandboxSettings } from './state.ts';
export { defaultSettings } from './state.ts';

export type Sandbox = {
  origin: string;
  counts(): Counts;
  /** May be turned while it runs. */
  settings: SandboxSettings;
  /** What arrived at a validation's upload link. */
  uploaded(validationId: string): Upload | undefined;
  /** Where a validation's media goes, as its create answer said. */
  linkOf(validationId: string): string | undefined;
  /** Registers an enrollment that is not known yet; a known one stays as it is. */
  enroll(enrollment: { accountId: string; enrollmentId: string }): void;
  /** Where webhooks go from now on. */
  notify(rule: Rule): void;
  close(): Promise<void>;
};

/**
 * Truora's API on this machine, over real HTTP: what is documented as documented, what was seen as seen, and the rest as
 * assumed. What happens to a person is decided by the end of the account id (scenarios.ts). It logs nothing and keeps no media.
 */
export const startSandbox = async (
  options: { webhook?: Rule; settings?: Partial<SandboxSettings>; port?: number | undefined } = {},
): Promise<Sandbox> => {
  const world = emptyWorld({ ...defaultSettings, ...options.settings });
  world.webhook = options.webhook && receiver(options.webhook);
  // No clocks of Node's own: connections are closed by us, and a hung call hangs until then.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    if (!isForUs(request)) return turnAway(response);
    void answer(world, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  world.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin: world.origin,
    settings: world.settings,
    counts: () => ({ ...world.counts }),
    uploaded: (validationId) => {
      const upload = world.validations.get(validationId)?.upload;
      return upload && { bytes: upload.bytes, sha256: upload.sha256, contentType: upload.contentType };
    },
    linkOf: (validationId) => {
      const validation = world.validations.get(validationId);
      return validation && uploadLink(world, validation).instructions.file_upload_link;
    },
    enroll: ({ accountId, enrollmentId }) => {
      if (!world.enrollments.has(enrollmentId)) registerEnrollment(world, accountId, enrollmentId);
    },
    notify: (rule) => {
      world.webhook = receiver(rule);
    },
    close: async () => {
      world.closed = true;
      for (const timer of world.timers) clearTimeout(timer);
      for (const call of world.calls) call.destroy();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** Refused here, where somebody listens, and not by a timer. */
const receiver = ({ url, key, ...rest }: Rule): Rule => {
  if (key === '') throw new TypeError('webhooks cannot be signed with an empty key');
  return { url: new URL(url).href, key, ...rest };
};

const answer = async (world: LocalSystem, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const reply = await route(world, request).catch((error: unknown) =>
    // A caller that hung up needs no answer; anything else is a fault of the sandbox, and says so.
    request.complete ? envelope(500, `the sandbox itself failed: ${error}`) : 'reset',
  );
  if (reply === 'hang') return;
  if (reply === 'reset') {
    request.socket.destroy();
    return;
  }
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length, connection: 'close' });
  response.end(body);
};
