import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** The repository holds TypeScript, and the package JavaScript and the built site. */
const isPackage = extname(import.meta.filename) === '.js';

const root = join(import.meta.dirname, '../..');

const site = join(root, isPackage ? 'console' : '.build/console');

/** What the site is made of. */
const sources = ['infra/console/**/*', 'infra/workflow/*.ts', 'shared/{domain,workflow}/*.ts', 'package-lock.json'];

/** Whether a source is newer than the page. Of one that was built while its sources changed, the next start builds it again. */
const isStale = (): boolean => {
  const page = join(site, 'index.html');
  if (!existsSync(page)) return true;
  const builtAt = statSync(page).mtimeMs;
  return globSync(sources, { cwd: root, exclude: ['**/screenshots/**'] }).some(
    (file) => statSync(join(root, file)).mtimeMs > builtAt,
  );
};

/** A build takes some seconds: a mark that is older is of a process that was ended. Milliseconds. */
const BUILD_MS = 120_000;

/** Marks that this process builds the site. @returns false where another one does */
const claim = (mark: string): boolean => {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (since > 0 && Date.now() - since > BUILD_MS) rmSync(mark, { recursive: true, force: true });
    return false;
  }
};

/**
 * The folder with the pages of the console, built when a source has changed. The package brings it. Of several processes one builds,
 * and the others wait for it.
 * @param onBuild is called before a build, which takes some seconds
 */
export const siteFolder = (onBuild: () => void = () => {}): string => {
  if (isPackage || !isStale()) return site;
  onBuild();
  const mark = `${site}.building`;
  mkdirSync(dirname(site), { recursive: true });
  while (!claim(mark)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  try {
    if (isStale())
      execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), site], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
  } finally {
    rmSync(mark, { recursive: true, force: true });
  }
  return site;
};
