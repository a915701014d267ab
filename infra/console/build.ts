import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryLock } from '../local/lock.ts';
import { isStale, site } from './site.ts';
import { type App, apps, configOf } from './vite.ts';

/** Whether an app has a page yet: an app without one is left out of the site. */
const hasPage = (app: App): boolean => existsSync(join(import.meta.dirname, app, 'index.html'));

/**
 * Builds the site: the operator's app at its root, the capture page under `capture/`.
 * It is built beside its place and then moved there, since another process may read it or build it, too.
 * @throws Error when the bundler finds a fault
 */
const buildSite = async (): Promise<void> => {
  // A test that builds the site sets another one, with which React brings its checks for developers.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  const made = `${site}.${process.pid}`;
  rmSync(made, { recursive: true, force: true });
  for (const app of (Object.keys(apps) as App[]).filter(hasPage)) await build(configOf(app, made));
  rmSync(site, { recursive: true, force: true });
  try {
    renameSync(made, site);
  } catch (error) {
    // Another process has moved its own there, which is the same.
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(join(site, 'index.html'))) throw error;
  }
};

/** How long one process waits for the build of another: seconds, and minutes on a machine with other work. Milliseconds. */
const WAIT_MS = 600_000;

/** Builds the site of this clone where it is stale. Of processes that need it at the same time, one builds it and all others wait. */
const buildOnce = async (): Promise<void> => {
  mkdirSync(dirname(site), { recursive: true });
  const unlock = tryLock(`${site}.lock`, WAIT_MS);
  try {
    if (isStale()) await buildSite();
  } finally {
    unlock?.();
  }
};

if (import.meta.main) await buildOnce();
