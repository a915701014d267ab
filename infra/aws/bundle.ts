import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { fileOf } from '../../shared/workflow/names.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Bundles every function into a folder of its own, all in one call: esbuild's start costs more than its work.
 * ES modules first and the SDK bundled, because both start faster than what Lambda would provide.
 * @returns the folder of each function's asset
 */
export const bundle = (names: readonly string[]): ((name: string) => string) => {
  const folderOf = (name: string) => join(root, '.build', fileOf(name));
  buildSync({
    entryPoints: names.map((name) => ({
      in: join(root, 'functions', `${fileOf(name)}.ts`),
      out: `${fileOf(name)}/${fileOf(name)}`,
    })),
    outdir: join(root, '.build'),
    outExtension: { '.js': '.mjs' },
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
    logLevel: 'error',
  });
  return folderOf;
};
