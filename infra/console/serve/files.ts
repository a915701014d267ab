import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.md': 'text/markdown; charset=utf-8',
};

export type File = { type: string; body: Buffer };

/**
 * Every file of a folder by its path, read once: a path of a request opens nothing on the disk.
 * @param under the path of the folder itself
 */
export const filesIn = (folder: string, under = ''): ReadonlyMap<string, File> =>
  new Map(
    (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const path = `${under}/${relative(folder, file).split(sep).join('/')}`;
        return [
          path.replace(/(^|\/)index\.html$/, '$1'),
          { type: types[extname(file)] ?? 'application/octet-stream', body: readFileSync(file) },
        ];
      }),
  );
