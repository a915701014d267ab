import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../infra/aws/config.ts';
import { synthesize } from '../../infra/local/synthesize.ts';
import type { Template } from '../../infra/local/template.ts';
import { withoutPlaces } from './without-places.ts';

/** Where one run of the tests keeps its templates; `temporary.ts` makes it, and the mutation tests have none. */
const folder = join(tmpdir(), 'synthesized-templates');

const made = (config: Config): Template => withoutPlaces(() => synthesize(config));

/** The template of these settings: synthesized by the first file of a run that needs it, and a copy for each. */
export const synthesized = (config: Config): Template => {
  if (!existsSync(folder)) return made(config);
  const file = join(folder, createHash('sha256').update(JSON.stringify(config)).digest('hex'));
  if (!existsSync(file)) {
    // Another worker may make the same.
    const own = `${file}.${process.pid}`;
    writeFileSync(own, JSON.stringify(made(config)));
    renameSync(own, file);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
};
