import { describe, expect } from 'vitest';
import { freeMedia, holdMedia } from '../../shared/ledger/holds.ts';
import { BUCKET, newRevalidationId } from '../support/journal.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws(undefined);

let made = 0;

const newVersion = () => {
  made += 1;
  return { bucket: BUCKET, key: `media/${made}`, versionId: 'v'.repeat(1000) };
};

describe('a version of the media', () => {
  test('becomes free once the last holder releases it, for any number of releases', async ({ aws }) => {
    const version = newVersion();
    const [one, other] = [newRevalidationId(), newRevalidationId()];
    for (const id of [one, other, one]) expect(await holdMedia(aws.ledger, version, id)).toBe(true);
    expect(await freeMedia(aws.ledger, version, one)).toBe(false);
    expect(await freeMedia(aws.ledger, version, one)).toBe(false);
    expect(await freeMedia(aws.ledger, version, other)).toBe(true);
    expect(await freeMedia(aws.ledger, version, other)).toBe(true);
  });

  test('counts as free when no case has held it, and takes no hold once it is free', async ({ aws }) => {
    const version = newVersion();
    expect(await freeMedia(aws.ledger, version, newRevalidationId())).toBe(true);
    expect(await holdMedia(aws.ledger, version, newRevalidationId())).toBe(false);
  });

  test('differs from that of another key, version or bucket', async ({ aws }) => {
    const version = newVersion();
    await freeMedia(aws.ledger, version, newRevalidationId());
    for (const other of [{ versionId: 'x' }, { key: 'media/x' }, { bucket: 'x' }])
      expect(await holdMedia(aws.ledger, { ...version, ...other }, newRevalidationId())).toBe(true);
  });

  test('gets either a hold or its release from two concurrent calls, and never both', async ({ aws }) => {
    for (let round = 0; round < 20; round += 1) {
      const version = newVersion();
      const first = newRevalidationId();
      await holdMedia(aws.ledger, version, first);
      const [isFree, isHeld] = await Promise.all([
        freeMedia(aws.ledger, version, first),
        holdMedia(aws.ledger, version, newRevalidationId()),
      ]);
      expect(isFree).toBe(!isHeld);
    }
  });
});
