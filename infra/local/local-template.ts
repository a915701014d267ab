import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Config } from '../aws/config.ts';
import type { Template } from './template.ts';

const root = join(import.meta.dirname, '../..');

/** Everything that a template is made of, and more: the versions of the packages too. */
const sources = ['{infra,shared}/**/*.{ts,json,md}', 'package.json', 'package-lock.json'];

/** How many templates are kept: those of the tests, and of some versions of the sources. */
const MOST = 40;

/** Truora's origin in a kept template. A sandbox has another port in each run. No port of a service is so high. */
const ANY_SANDBOX = 'http://127.0.0.1:65535';

/** The text that stands for the sources: another one as soon as a source differs. */
export const versionOf = (folder: string): string => {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: folder }).toSorted()) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
};

/** The sources as they were when this process first asked. */
let version: string | undefined;

const read = (file: string): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
};

/** Keeps a template, and deletes the oldest ones. A folder that cannot be written keeps none. */
const keep = (folder: string, file: string, text: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    // Another process may read it or keep the same.
    const made = `${file}.${process.pid}`;
    writeFileSync(made, text);
    renameSync(made, file);
    const files = readdirSync(folder).map((name) => join(folder, name));
    const byAge = files.map((one) => ({ one, at: statSync(one).mtimeMs })).toSorted((a, b) => b.at - a.at);
    for (const { one } of byAge.slice(MOST)) rmSync(one, { force: true });
  } catch {
    // The next start synthesizes again.
  }
};

/**
 * The template of a local system, as `synthesize` gives it. A clone keeps it in `.build/`, since the CDK takes half of the time
 * until a command begins. The package keeps none.
 * @param folder where it is kept
 */
export const localTemplate = async (
  config: Config,
  folder: string | undefined = extname(import.meta.filename) === '.ts' ? join(root, '.build/templates') : undefined,
): Promise<Template> => {
  const { truoraOrigin } = config;
  const isSandbox = truoraOrigin.startsWith('http://127.0.0.1:');
  const given = JSON.stringify(config);
  const kept = isSandbox ? JSON.stringify(config, (_, value) => (value === truoraOrigin ? ANY_SANDBOX : value)) : given;
  const made = async (settings: string) => (await import('./synthesize.ts')).synthesize(JSON.parse(settings));
  if (!folder) return made(given);
  version ??= versionOf(root);
  const key = createHash('sha256').update(version).update(kept).digest('hex');
  const file = join(folder, `${key}.json`);
  let text = read(file);
  if (text === undefined) {
    text = JSON.stringify(await made(kept));
    keep(folder, file, text);
  }
  return JSON.parse(isSandbox ? text.replaceAll(ANY_SANDBOX, truoraOrigin) : text);
};
