import { afterAll, beforeAll, expect, test } from 'vitest';
import { floodDrops } from '../load/drops.ts';
import { type Observed, observe } from '../load/result.ts';
import { floodVersions } from '../load/versions.ts';
import { floodWebhooks } from '../load/webhooks.ts';

// The same by the hundred and the thousand: npm run -s load. Here so few that each meets the others: five cases run beside a flood.
let observed: Observed;

beforeAll(async () => {
  observed = await observe(() => {});
});

afterAll(() => observed.system.close());

test('drops that are put at once and heard of twice are one outcome and one charge each', async () => {
  expect(await floodDrops(observed, 6)).toMatchObject({ broken: [] });
});

test('forged webhooks are refused and leave nothing behind, while genuine cases end approved', async () => {
  expect(await floodWebhooks(observed, 100, 1, 5)).toMatchObject({ broken: [] });
});

test('a form whose holder puts more versions than it takes is one charge, and no other case waits for its sweep', async () => {
  // More than the hundred that a ticket records, beside two cases that are heard of and two that a sweep has to find.
  expect(await floodVersions(observed, 103, 4)).toMatchObject({ broken: [] });
});
