import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';
import { fileOf } from '../../shared/workflow/functions.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Where the SDK would look for credentials outside Lambda: in profiles, at SSO, at a container's or an instance's address.
 * In Lambda they stand in the environment, so these are never loaded; left in, they are 100 KB of each function.
 */
const neverLoaded = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients/*',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];

const replacement = (file: string) => join(import.meta.dirname, 'replaced', file);

/**
 * An `import` of `node:http` reads every export there is, and one of them, WebSocket, loads Node's whole fetch: 25 ms of
 * each cold start. Fetched by name, as CommonJS always did, a module reads its exports when they are used.
 * The SDK's streams of events, which no call of ours has, are 15 KB of each function.
 */
const replaced = {
  ...Object.fromEntries(
    ['http', 'https'].flatMap((name) => [name, `node:${name}`].map((from) => [from, replacement(`${name}.cjs`)])),
  ),
  '@smithy/core/event-streams': replacement('event-streams.mjs'),
};

/** ES modules first and the SDK bundled, because both start faster than what Lambda would provide. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  // Names are what the state machine decides by, in our errors and in the SDK's.
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Some of the SDK's dependencies are CommonJS and call `require` for node's own modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * Bundles every function into a folder of its own, all in one call: esbuild's start costs more than its work.
 * @returns the folder of each function's asset, and what esbuild says of what is in it
 */
export const bundle = (names: readonly string[], outdir = join(root, '.build')) => {
  const options: BuildOptions = {
    ...bundleOptions,
    entryPoints: names.map((name) => ({
      in: join(root, 'functions', `${fileOf(name)}.ts`),
      out: `${fileOf(name)}/${fileOf(name)}`,
    })),
    absWorkingDir: root,
    outdir,
    external: neverLoaded,
    alias: replaced,
    metafile: true,
  };
  const metafile: Metafile = JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'bundle-run.ts')], {
      input: JSON.stringify(options),
      stdio: ['pipe', 'pipe', 'inherit'],
      encoding: 'utf8',
      // What esbuild says of all functions is some 2 MB.
      maxBuffer: 64 * 1024 * 1024,
    }),
  );
  return { folderOf: (name: string) => join(outdir, fileOf(name)), metafile };
};
