import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { functionNames } from '../../shared/workflow/functions.ts';
import { bundle } from '../aws/bundle.ts';
import { PREBUILT } from '../aws/function-code.ts';
import { documents } from '../cli/program/installation.ts';
import { siteFolder } from '../console/site.ts';

const root = join(import.meta.dirname, '../..');

/** What the code and its users read beside the JavaScript. */
const assets = [
  ...['selfie.jpg', 'selfie.mp4'].map((file) => `infra/local/media/${file}`),
  ...['input', 'outcome', 'ended', 'amended', 'campaign-ended', 'openapi', 'reasons'].map(
    (name) => `shared/contracts/${name}.json`,
  ),
  // The page that the `type` of a problem names, and the example of an upload from a browser.
  'shared/contracts/problems.md',
  'shared/contracts/browser-upload.html',
  // The documents that help and remedies name.
  ...documents,
];

const compile = (folder: string) => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  // Several checkers each read the CDK's types again: half of the processor time, for no shorter wait. More threads add a tenth.
  const argv = ['-p', import.meta.dirname, '--outDir', folder, '--singleThreaded'];
  execFileSync(process.execPath, [tsc, ...argv], { stdio: 'inherit' });
};

/** Deletes the declarations that no entry leads to: the compiler writes one for every file it reads. */
const dropUnreachable = (folder: string) => {
  const reached = new Set<string>();
  const visit = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.[jt]s['"]/g))
      visit(join(dirname(file), `${from}.d.ts`));
  };
  for (const entry of ['construct', 'contracts', 'client']) visit(join(folder, 'infra/package', `${entry}.d.ts`));
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.d.ts') && !reached.has(join(folder, file))) rmSync(join(folder, file));
};

/**
 * Builds the package into a folder: JavaScript with source maps, declarations of the three entries alone, the files that the code
 * reads, and the bundle of each function.
 * @throws Error when the compiler or the bundler finds a fault
 */
export const build = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  compile(folder);
  dropUnreachable(folder);
  for (const asset of assets) {
    mkdirSync(dirname(join(folder, asset)), { recursive: true });
    copyFileSync(join(root, asset), join(folder, asset));
  }
  bundle(functionNames, join(folder, PREBUILT));
  cpSync(siteFolder(), join(folder, 'console'), { recursive: true });
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  for (const file of Object.values(bin)) chmodSync(join(folder, relative('dist', file)), 0o755);
};

if (import.meta.main) build(resolve(process.argv[2] ?? join(root, 'dist')));
