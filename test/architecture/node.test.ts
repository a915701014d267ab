import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

test('installs Node as one package per platform, sealed by the lock file', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<
      string,
      { os?: string; cpu?: string; optional?: true; integrity?: string; bin?: { node?: string } }
    >;
  };
  const nodes = Object.values(packages).filter(({ bin }) => bin?.node !== undefined);
  const platforms = nodes.map(({ os, cpu }) => `${os} ${cpu}`);
  expect(platforms.toSorted()).toEqual(['darwin arm64', 'darwin x64', 'linux arm64', 'linux x64', 'win32 x64']);
  for (const node of nodes)
    expect(node).toMatchObject({ optional: true, integrity: expect.stringMatching(/^sha512-/) });
});
