import { join } from 'node:path';
import type { InlineConfig, Plugin } from 'vite';
import { definition } from '../workflow/definition.ts';
import { graphOf } from './graph.ts';

/** The two apps. The operator's is at the root of the site, and the capture page in a folder of it. */
export const apps = { operator: '', capture: 'capture' } as const;

export type App = keyof typeof apps;

/** The name that the operator's app imports the machine's states and arrows by. */
const GRAPH = 'virtual:machine-graph';

/** The machine's graph is made at build time, so that the page needs neither the definition nor what that imports. */
const machineGraph: Plugin = {
  name: 'machine-graph',
  resolveId: (id) => (id === GRAPH ? `\0${GRAPH}` : undefined),
  // No text of a state depends on the callback timeout.
  load: (id) =>
    id === `\0${GRAPH}`
      ? `export default ${JSON.stringify(graphOf(definition({ callbackTimeoutSeconds: 60 })))}`
      : undefined,
};

/**
 * The build of one app: static files with relative addresses, so that a site works under any path. Nothing is inlined, as the content
 * security policy allows no inline script and no `data:` address.
 * @param site the folder of the whole site
 */
export const configOf = (app: App, site: string): InlineConfig => ({
  configFile: false,
  root: join(import.meta.dirname, app),
  base: './',
  logLevel: 'warn',
  plugins: app === 'operator' ? [machineGraph] : [],
  build: {
    outDir: join(site, apps[app]),
    // The folder of the site also holds the other app; the build empties it before both.
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    // The components mark themselves for servers that render them. Here the browser renders all.
    rolldownOptions: { onwarn: (warning, print) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || print(warning) },
  },
});
