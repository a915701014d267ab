import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLocalHost, refuseHost } from '../http.ts';
import { uploadLink } from './answers.ts';
import { envelope } from './replies.ts';
import { route } from './routes.ts';
import {
  type Counts,
  defaultSettings,
  emptySandboxState,
  type Rule,
  registerEnrollment,
  type SandboxSettings,
  type SandboxState,
  type Upload,
} from './state.ts';

export type { SandboxSettings } from './state.ts';
export { defaultSettings } from './state.ts';

export type Sandbox = {
  origin: string;
  counts(): Counts;
  /** May be changed while it runs. */
  settings: SandboxSettings;
  /** The upload that arrived at a validation's link. */
  uploaded(validationId: string): Upload | undefined;
  /** The upload link of a validation, as in its create answer. */
  linkOf(validationId: string): string | undefined;
  /** Registers an enrollment that is not known yet; a known one stays as it is. */
  enroll(enrollment: { accountId: string; enrollmentId: string }): void;
  /** Sets the receiver of webhooks from now on. */
  notify(rule: Rule): void;
  close(): Promise<void>;
};

/**
 * Truora's API on this machine, over real HTTP. It does what is documented, seen or assumed of Truora. The end of the account id
 * selects the scenario (scenarios.ts). It writes no log and keeps no media.
 */
export const startSandbox = async (
  options: { webhook?: Rule; settings?: Partial<SandboxSettings>; port?: number | undefined } = {},
): Promise<Sandbox> => {
  const state = emptySandboxState({ ...defaultSettings, ...options.settings });
  state.webhook = options.webhook && receiver(options.webhook);
  // No timeouts of Node: the sandbox closes connections itself, and a hung call hangs until then.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    if (!isLocalHost(request)) return refuseHost(response);
    void answer(state, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin: state.origin,
    settings: state.settings,
    counts: () => ({ ...state.counts }),
    uploaded: (validationId) => {
      const upload = state.validations.get(validationId)?.upload;
      return upload && { bytes: upload.bytes, sha256: upload.sha256, contentType: upload.contentType };
    },
    linkOf: (validationId) => {
      const validation = state.validations.get(validationId);
      return validation && uploadLink(state, validation).instructions.file_upload_link;
    },
    enroll: ({ accountId, enrollmentId }) => {
      if (!state.enrollments.has(enrollmentId)) registerEnrollment(state, accountId, enrollmentId);
    },
    notify: (rule) => {
      state.webhook = receiver(rule);
    },
    close: async () => {
      state.closed = true;
      for (const timer of state.timers) clearTimeout(timer);
      for (const call of state.calls) call.destroy();
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** Checks the rule at once: later, in a timer, no caller would get the error. */
const receiver = ({ url, key, ...rest }: Rule): Rule => {
  if (key === '') throw new TypeError('webhooks cannot be signed with an empty key');
  return { url: new URL(url).href, key, ...rest };
};

const answer = async (state: SandboxState, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const reply = await route(state, request).catch((error: unknown) =>
    // A caller that closed the connection needs no answer; every other error is a fault of the sandbox.
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
