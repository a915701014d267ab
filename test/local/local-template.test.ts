import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localConfig } from '../../infra/local/local-config.ts';
import { localTemplate, versionOf } from '../../infra/local/local-template.ts';
import { synthesized } from '../support/synthesized.ts';

const folder = mkdtempSync(join(tmpdir(), 'templates-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofPort = (port: number) => localConfig(`http://127.0.0.1:${port}`, { isSandbox: true, given: undefined });

test('the kept template is the synthesized one, for a sandbox on any port', async () => {
  const kept = join(folder, 'kept');
  // The second port is the beginning of that of a page in the local settings, and the third one is that.
  for (const port of [41_234, 800, 8000]) {
    const { origin } = new URL(`http://127.0.0.1:${port}`);
    const config = localConfig(origin, { isSandbox: true, given: undefined });
    const template = synthesized(config);
    expect(await localTemplate(config, kept)).toEqual(template);
    expect(await localTemplate(config, kept)).toEqual(template);
  }
  expect(readdirSync(kept)).toHaveLength(2);
});

test('a template of another Truora, or with another setting, is another one', async () => {
  const kept = join(folder, 'others');
  const real = localConfig('https://api.validations.truora.com', { isSandbox: false, given: undefined });
  const longer = localConfig('http://127.0.0.1:800', { isSandbox: true, given: { callbackTimeoutSeconds: 7 } });
  for (const config of [real, longer, ofPort(800)]) {
    expect(await localTemplate(config, kept)).toEqual(synthesized(config));
  }
  expect(readdirSync(kept)).toHaveLength(3);
});

test('a kept template that is cut off is synthesized again', async () => {
  const kept = join(folder, 'cut');
  const template = await localTemplate(ofPort(1111), kept);
  const [name = ''] = readdirSync(kept);
  writeFileSync(join(kept, name), '{"Resources":');
  expect(await localTemplate(ofPort(1111), kept)).toEqual(template);
});

test('a folder that cannot be written is no hindrance', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await localTemplate(ofPort(1111), join(file, 'templates'))).toHaveProperty('Resources');
});

test('a source that changes, comes or goes, and other packages make another version', () => {
  const sources = mkdtempSync(join(folder, 'sources-'));
  mkdirSync(join(sources, 'infra/aws'), { recursive: true });
  mkdirSync(join(sources, 'shared'));
  const versions: string[] = [];
  const write = (file: string, text: string) => {
    writeFileSync(join(sources, file), text);
    versions.push(versionOf(sources));
  };
  write('infra/aws/stack.ts', 'one');
  write('infra/aws/stack.ts', 'two');
  write('shared/domain.ts', '');
  write('infra/consent.md', 'text');
  write('package-lock.json', '{}');
  rmSync(join(sources, 'infra/consent.md'));
  versions.push(versionOf(sources));
  expect(new Set(versions).size).toBe(versions.length);
});
