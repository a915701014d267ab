import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { fileOf } from '../../shared/workflow/functions.ts';

const root = join(import.meta.dirname, '../..');

/**
 * The only two departures from a plain bundle. Nothing rewrites the source of a package, so a patch release of the SDK cannot
 * break the build.
 */
export const exceptions = {
  /**
   * The credential chain: profiles, SSO, the address of a container or of an instance. In Lambda the credentials are in the
   * environment, so no code reaches these imports. Gain: 25 to 85 ms of each cold start (measured).
   */
  external: [
    '@aws-sdk/credential-provider-http',
    '@aws-sdk/credential-provider-ini',
    '@aws-sdk/credential-provider-login',
    '@aws-sdk/credential-provider-process',
    '@aws-sdk/credential-provider-sso',
    '@aws-sdk/credential-provider-web-identity',
    '@aws-sdk/nested-clients/*',
    '@aws-sdk/token-providers',
    '@smithy/credential-provider-imds',
  ],
  /**
   * `node:http` and `node:https`, loaded by name as CommonJS does. An ES `import` reads every export, and the export WebSocket
   * loads all of Node's fetch. Gain: 25 ms of each cold start, a quarter of the processor time of a run's cold functions
   * (measured).
   */
  alias: Object.fromEntries(
    ['http', 'https'].flatMap((name) => {
      const file = join(import.meta.dirname, 'by-name', `${name}.cjs`);
      return [name, `node:${name}`].map((from) => [from, file]);
    }),
  ),
} satisfies BuildOptions;

/** ES modules first, and the SDK in the bundle: it starts faster than the SDK that Lambda provides. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  // The state machine matches errors by name, also the SDK's.
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Some dependencies of the SDK are CommonJS and call `require` for Node's modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * Bundles every function into its own folder, in one call: the start of esbuild costs more than its work.
 * @returns the folder of each function's asset, and esbuild's list of what each bundle holds
 */
export const bundle = (names: readonly string[], outdir = join(root, '.build')) => {
  // Loaded here and not at import: the package brings its bundles, so it has no esbuild.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { metafile } = buildSync({
    ...bundleOptions,
    ...exceptions,
    entryPoints: names.map((name) => ({
      in: join(root, 'functions', `${fileOf(name)}.ts`),
      out: `${fileOf(name)}/${fileOf(name)}`,
    })),
    absWorkingDir: root,
    outdir,
    metafile: true,
  });
  return { folderOf: (name: string) => join(outdir, fileOf(name)), metafile };
};
