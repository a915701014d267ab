import { existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type App, apps, configOf } from './vite.ts';

/** Whether an app has a page yet: an app without one is left out of the site. */
const hasPage = (app: App): boolean => existsSync(join(import.meta.dirname, app, 'index.html'));

/**
 * Builds the site: the operator's app at its root, the capture page under `capture/`.
 * It is built beside its place and then moved there, since another process may read it or build it, too.
 * @throws Error when the bundler finds a fault
 */
export const buildSite = async (site: string): Promise<void> => {
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

if (import.meta.main) await buildSite(resolve(process.argv[2] ?? join(import.meta.dirname, '../../.build/console')));
