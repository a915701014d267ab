import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { bundle } from '../../infra/aws/bundle.ts';
import { fileOf, functionNames } from '../../shared/workflow/functions.ts';

type Original = { bundle: typeof bundle };

type Bundles = ReturnType<typeof bundle>;

/** In the temporary folder of this run of the tests, so that no bundle outlives its sources. */
const folder = join(tmpdir(), 'bundles-of-all-functions');

const list = join(folder, 'metafile.json');

/** Ends a hang: esbuild takes five seconds alone, and a minute on a machine with other work. */
const LIMIT_MS = 600_000;

/** Only one of the files that ask at the same time makes the folder, and bundles. @returns whether it is this one */
const isFirst = (): boolean => {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
};

const make = ({ bundle }: Original): void => {
  try {
    const { metafile } = bundle(functionNames, folder);
    writeFileSync(`${list}.new`, JSON.stringify(metafile));
    renameSync(`${list}.new`, list);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
};

/**
 * The module `infra/aws/bundle.ts`, with the bundles of all functions made once in a run of the tests: eight seconds of processor
 * time. A test file puts it in the place of the module by `vi.mock`, and each call gets a copy of the bundles.
 */
export const bundledOnce = async (original: Original): Promise<Original> => {
  if (isFirst()) make(original);
  else await vi.waitFor(() => expect(existsSync(list) || !existsSync(folder)).toBe(true), { timeout: LIMIT_MS });
  if (!existsSync(list)) throw new Error('the functions could not be bundled: the test file that tried first says why');
  const metafile: Bundles['metafile'] = JSON.parse(readFileSync(list, 'utf8'));
  return {
    ...original,
    bundle: (names, outdir = folder) => {
      expect(names).toEqual(functionNames);
      if (outdir !== folder)
        for (const name of names) cpSync(join(folder, fileOf(name)), join(outdir, fileOf(name)), { recursive: true });
      return { folderOf: (name) => join(outdir, fileOf(name)), metafile };
    },
  };
};
