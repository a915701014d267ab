import { expect, test } from 'vitest';
import { apiTypes } from '../../infra/docs/api-types.ts';
import { settingsTypes } from '../../infra/docs/settings-types.ts';
import { read } from '../support/documents.ts';

test('the types of the API are what its document gives today (npm run -s openapi)', async () => {
  expect(read('infra/package/api-types.ts')).toBe(await apiTypes());
});

test('the properties of the construct are what the settings give today (npm run -s schemas)', () => {
  expect(read('infra/aws/settings.ts')).toBe(settingsTypes());
});

test('every property of the construct has a docstring, nested ones too', () => {
  const lines = read('infra/aws/settings.ts').split('\n');
  const bare = lines.filter((line, at) => /^ +readonly /.test(line) && !lines[at - 1]?.trim().endsWith('*/'));
  expect(bare).toEqual([]);
  expect(lines.filter((line) => /^ +readonly /.test(line)).length).toBeGreaterThan(25);
});
