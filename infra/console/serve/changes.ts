import type { ServerResponse } from 'node:http';

/** How long changes are collected, so that a busy system sends a page a few events a second. Milliseconds. */
const COLLECT_MS = 250;

/** How often a line is sent that keeps the connection open. Milliseconds. */
const KEEP_MS = 15_000;

/** Tells open pages that something has changed, by server-sent events. An event holds nothing: the page reads again. */
export const changes = () => {
  const pages = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;
  const send = (text: string) => {
    for (const page of pages) page.write(text);
  };
  const keep = setInterval(send, KEEP_MS, ':\n\n').unref();
  return {
    listen: (response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('retry: 1000\n\n');
      pages.add(response);
      response.once('close', () => pages.delete(response));
    },
    announce: (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        send('data: changed\n\n');
      }, COLLECT_MS);
    },
    close: (): void => {
      clearInterval(keep);
      clearTimeout(timer);
      for (const page of pages) page.end();
    },
  };
};
