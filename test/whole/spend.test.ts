import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { putMedia } from '../../infra/local/put-media.ts';
import { spendOf } from '../../shared/domain/spend.ts';
import { recordsBetween } from '../../shared/ledger/records.ts';
import { fileOf, photo, someone } from '../support/drops.ts';

/** Endings of every kind: charged, charged in vain, not charged, and lost on the way in every manner. */
const suffixes = [
  ...['', '-declined', '-system-error', '-upload-lost', '-webhook-lost', '-limited-1'],
  ...['-create-lost', '-create-hung', '-create-malformed', '-create-late', '-no-link', '-create-other-account'],
  ...['-create-swallowed', '-create-down', '-create-rejected', '-enrollment-unknown', '-unauthorized', '-unsafe-link'],
];

let system: LocalSystem;

beforeAll(async () => {
  system = await startLocalSystem({ config: { httpDeadlineSeconds: 4 } });
});

afterAll(() => system.close());

const endOf = async (suffix: string, metadata: Record<string, string>) => {
  const { accountId, enrollmentId } = await someone(system, suffix);
  const key = `inbox/${accountId}/${enrollmentId}/a.jpg`;
  const versionId = await putMedia(system, { key, file: fileOf(photo), metadata });
  const first = await system.executionOf(versionId);
  const again = system.redeliver(versionId);
  await Promise.all([first, ...again].map(({ ended }) => ended));
};

test('the spend on the records equals the charges of the sandbox when calls were lost, doubled or refused', async () => {
  system.sandbox?.settings && Object.assign(system.sandbox.settings, { repeatsUploadLinkOnRead: false });
  const agreed = { 'user-authorized': 'true' };
  await Promise.all(suffixes.map((suffix) => endOf(suffix, agreed)));
  await Promise.all([endOf('', {}), endOf('', {})]);
  system.sandbox?.settings && Object.assign(system.sandbox.settings, { repeatsUploadLinkOnRead: true });
  await Promise.all(['-create-lost', '-create-hung', '-no-link'].map((suffix) => endOf(suffix, agreed)));

  const spend = await spendOf(recordsBetween(system.table, {}));
  expect(spend).toMatchObject({
    revalidations: suffixes.length + 5,
    charges: system.sandbox?.counts().charges,
    orphans: 6,
    // `-create-down`: both of its calls may have been charged as far as its record can know.
    unconfirmed: 2,
  });
  expect(spend.avoided).toEqual({
    // Each event came twice, and the second is a repeat of the case, also of one that was refused before its claim.
    asked_again: suffixes.length + 5,
    adopted: 3,
    'refused: consent_missing': 2,
    'refused: enrollment_unknown': 1,
  });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  expect(await spendOf(recordsBetween(system.table, { from: tomorrow }))).toMatchObject({
    revalidations: 0,
    charges: 0,
  });
});
