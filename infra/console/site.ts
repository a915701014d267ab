import { execFileSync } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The repository holds TypeScript, and the package JavaScript and the built site. */
const isPackage = extname(import.meta.filename) === '.js';

const root = join(import.meta.dirname, '../..');

export const site = join(root, isPackage ? 'console' : '.build/console');

/** What the site is made of. */
const sources = ['infra/console/**/*', 'infra/workflow/*.ts', 'shared/{domain,workflow}/*.ts', 'package-lock.json'];

/** Whether a source is newer than the page. Of one that was built while its sources changed, the next start builds it again. */
export const isStale = (): boolean => {
  const page = join(site, 'index.html');
  if (!existsSync(page)) return true;
  const builtAt = statSync(page).mtimeMs;
  return globSync(sources, { cwd: root, exclude: ['**/screenshots/**'] }).some(
    (file) => statSync(join(root, file)).mtimeMs > builtAt,
  );
};

/**
 * The folder with the pages of the console, built when a source has changed. The package brings it.
 * @param onBuild is called before a build, which takes some seconds
 */
export const siteFolder = (onBuild: () => void = () => {}): string => {
  if (isPackage || !isStale()) return site;
  onBuild();
  execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return site;
};
