import { test } from 'vitest';
import { openLocalAws } from './local-aws.ts';

/**
 * `test` with the local AWS of one function, or of none, as the fixture `aws`: opened before the first test of the file and
 * closed after the last one. The SDK's clients keep their first address, so that a file has one local AWS.
 */
export const withLocalAws = (...settings: Parameters<typeof openLocalAws>) =>
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of other fixtures from this pattern.
  test.extend('aws', { scope: 'file', auto: true }, async ({}, { onCleanup }) => {
    const aws = await openLocalAws(...settings);
    onCleanup(() => aws.close());
    return aws;
  });
