import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openVersions } from '../../infra/local/s3/versions.ts';

setFlagsFromString('--expose-gc');

const collect = runInNewContext('gc') as () => void;

const heap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const KEYS = 10_000;

// A list that grew by `push` takes 150 bytes where a list of one takes 24; there are two.
test('a key with one version takes less than 600 bytes, and a key that was only read takes nothing', () => {
  const versions = openVersions('nowhere');
  const before = heap();
  for (let nth = 0; nth < KEYS; nth += 1) versions.current('media', `asked/person${nth}/ENR${nth}/face.jpg`);
  expect((heap() - before) / KEYS).toBeLessThan(20);
  for (let nth = 0; nth < KEYS; nth += 1) versions.mark('media', `inbox/person${nth}/ENR${nth}/face.jpg`);
  expect((heap() - before) / KEYS).toBeLessThan(600);
  expect(versions.list('media', 'inbox/', { key: '', versionId: undefined })).toHaveLength(KEYS);
});
