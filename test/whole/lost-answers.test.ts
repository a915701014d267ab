import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { scenarios } from '../../infra/local/truora/scenarios.ts';
import { dropped, someone } from '../support/drops.ts';
import { loseAnswers } from '../support/lost-drops.ts';

let system: LocalSystem;

beforeAll(async () => {
  // Twice the local system's own deadline: many drops at once share two cores, and only the hung calls may run into it.
  const config = { httpDeadlineSeconds: 4, onUnresolved: 'create-again' as const };
  system = await startLocalSystem({ config, sandboxSettings: { repeatsUploadLinkOnRead: true, listLagMs: 200 } });
});

afterAll(() => system.close());

const settings = () => system.sandbox?.settings ?? { repeatsUploadLinkOnRead: undefined };

describe('where Truora repeats the upload link on reads', () => {
  test.concurrent.each(scenarios.flatMap(({ suffix, expectedIfRepeated: end }) => (end ? [{ suffix, ...end }] : [])))(
    '$suffix ends $status: it is found, and paid for once',
    async ({ suffix, status }) => {
      const { accountId, enrollmentId } = await someone(system, suffix);
      await dropped(system, { key: `inbox/${accountId}/${enrollmentId}/a.jpg` });
      const { records } = await system.recordsOf(accountId);
      expect(records).toMatchObject([{ phase: status, attempts: [{ n: 1, result: 'adopted' }] }]);
      expect(records[0]).not.toHaveProperty('orphans');
    },
  );
});

test('three deliveries of each drop, the answer to its create call always lost, cost one charge each', async () => {
  // By npm run lost-answers it is a thousand, and a thousand more where the link is not repeated. Eighteen executions at once are enough to meet.
  settings().repeatsUploadLinkOnRead = true;
  const { charges, differing, ends } = await loseAnswers(system, 6);
  expect({ charges, differing, ends }).toEqual({ charges: 6, differing: 0, ends: { approved: 6 } });
});

test('two concurrent media of one person, the first answer lost, make two validations, each with its own', async () => {
  settings().repeatsUploadLinkOnRead = true;
  const before = system.sandbox?.counts().charges ?? 0;
  const { accountId, enrollmentId } = await someone(system, '-create-lost');
  await Promise.all(
    ['a', 'b'].map((name) => dropped(system, { key: `inbox/${accountId}/${enrollmentId}/${name}.jpg` })),
  );
  const { records } = await system.recordsOf(accountId);
  expect(records.map(({ phase }) => phase)).toEqual(['approved', 'approved']);
  expect(new Set(records.map(({ validationId }) => validationId)).size).toBe(2);
  expect((system.sandbox?.counts().charges ?? 0) - before).toBe(2);
});

test('where Truora does not, and paying again is allowed, the lost one is an orphan and another one is approved', async () => {
  settings().repeatsUploadLinkOnRead = false;
  const { accountId, enrollmentId } = await someone(system, '-create-lost');
  await dropped(system, { key: `inbox/${accountId}/${enrollmentId}/a.jpg` });
  const [record] = (await system.recordsOf(accountId)).records;
  expect(record).toMatchObject({
    phase: 'approved',
    attempts: [{ result: 'orphaned' }, { result: 'created' }],
    orphans: [expect.stringMatching(/^VLD/)],
  });
  expect(system.sandbox?.uploaded(record?.orphans?.[0] ?? '')).toBeUndefined();
});
