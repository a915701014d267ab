import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LocalServer, listen } from '../../local/http.ts';
import { contentSecurityPolicy, pageHeaders } from '../headers.ts';
import { callApi, passUpload, type Signer } from './api.ts';
import { changes } from './changes.ts';
import { filesIn } from './files.ts';
import { type Role, sessions } from './sessions.ts';

export type ConsoleOptions = {
  /** The folder of the built pages. */
  site: string;
  /** The folder of the texts of consent, which the capture page shows. */
  texts: string;
  /** The local API, and who signs the calls of each role. */
  api: string;
  /** The address of the bucket that the capture page uploads into. */
  bucket: string;
  signers: Record<Role, Signer>;
  port: number;
  /** Whether the pages show campaigns, which a deployment may not have. */
  hasCampaigns?: boolean;
  /** Is called when a link was used: it opens no second browser. */
  onUsed?: (role: Role) => void;
};

export type ConsoleServer = LocalServer & {
  /** A new link that opens the console once. */
  link(role: Role): string;
  /** The address of the capture page, which the token of a capture link follows behind `#`. */
  captureUrl: string;
  /** Tells the open pages that something has changed. */
  announce(): void;
};

/** Calls of the capture page. Each brings the token of a link or the session of its case, which the API checks. */
const isOfCapture = (path: string): boolean => /^\/api\/capture(\/|$)/.test(path);

/** Files of the capture page and of both apps' icons name no person, so they need no session. */
const isPublic = (path: string): boolean => path.startsWith('/capture/') || path.endsWith('.svg');

/** The page that a link answers. The next request then comes from a page of this origin, so that the cookie is sent. */
const ENTERED = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Face Re-Validation</title>';

const NO_SESSION = `This console needs its link: the terminal that runs "start" shows it.
A link opens one browser, once. After its use the terminal shows another.
`;

/**
 * Serves the pages of the console on this machine. A link with a one-time token becomes a session cookie that no script reads. Each
 * request must name this machine (`listen` checks the Host) and come from a page of this origin.
 */
export const startConsole = async (options: ConsoleOptions): Promise<ConsoleServer> => {
  const { site, texts, api, bucket, signers, port, hasCampaigns = false, onUsed = () => {} } = options;
  const files = new Map([...filesIn(site), ...filesIn(texts, '/capture/consent')]);
  const { issue, begin, roleOf } = sessions();
  const pages = changes();
  let name = '';
  const fixed = { 'content-security-policy': contentSecurityPolicy(), ...pageHeaders };

  const text = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...headers,
    });
    response.end(body);
  };

  const enter = (token: string, response: ServerResponse) => {
    const session = begin(token);
    if (!session) return text(response, 403, `This link was used, or is not valid.\n${NO_SESSION}`);
    const cookie = `${name}=${session.id}; HttpOnly; SameSite=Strict; Path=/`;
    text(response, 200, ENTERED, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookie });
    onUsed(session.role);
  };

  const serveFile = (path: string, response: ServerResponse) => {
    const file = files.get(path);
    if (!file) return text(response, 404, 'Not found.\n');
    // The names of assets have a hash of what they hold.
    const life = path.includes('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store';
    response.writeHead(200, { 'content-type': file.type, 'cache-control': life });
    response.end(file.body);
  };

  const server = await listen(async (request, response) => {
    for (const [header, value] of Object.entries(fixed)) response.setHeader(header, value);
    if (!isOwn(request)) return text(response, 403, 'This is for pages of this origin.\n');
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const token = path === '/' ? searchParams.get('token') : null;
    if (token !== null) return enter(token, response);
    if (isPublic(path)) return serveFile(path, response);
    if (isOfCapture(path)) return callApi(api, undefined, request, response);
    if (path === '/upload' && request.method === 'POST') return passUpload(bucket, request, response);
    const role = roleOf(cookieOf(request, name) ?? '');
    if (!role) return text(response, 401, NO_SESSION);
    if (path === '/session.json') {
      const session = JSON.stringify({ kind: 'local', canWrite: role === 'writer', hasCampaigns });
      return text(response, 200, session, { 'content-type': 'application/json' });
    }
    if (path === '/events') return pages.listen(response);
    if (!path.startsWith('/api/')) return serveFile(path, response);
    await callApi(api, signers[role], request, response);
    if (request.method !== 'GET') pages.announce();
  }, port);
  name = `console-${new URL(server.origin).port}`;
  return {
    origin: server.origin,
    captureUrl: `${server.origin}/capture/`,
    link: (role) => `${server.origin}/?token=${issue(role)}`,
    announce: pages.announce,
    close: async () => {
      pages.close();
      await server.close();
    },
  };
};

/** Whether a request comes from a page of this origin. A read without `Origin` is a navigation or a file of a page. */
const isOwn = ({ method, headers }: IncomingMessage): boolean => {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined) return origin === `http://${host}`;
  return method === 'GET' && (site === undefined || site === 'same-origin' || site === 'none' || isNavigation(headers));
};

/** A link on another page may open the console; the cookie is not sent with it. */
const isNavigation = (headers: IncomingMessage['headers']): boolean => headers['sec-fetch-mode'] === 'navigate';

const cookieOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  (headers.cookie ?? '')
    .split(/; */)
    .map((pair) => pair.split('='))
    .find(([key]) => key === name)?.[1];
