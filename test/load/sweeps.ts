import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { type Observed, secondsSince } from './result.ts';

/** How many versions there are of the objects under a prefix. */
export const versionsUnder = async (Bucket: string, Prefix: string): Promise<number> => {
  const s3 = new S3Client({});
  let found = 0;
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page ?? {};
    page = await s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix, EncodingType: 'url', KeyMarker, VersionIdMarker }),
    );
    found += page.Versions?.length ?? 0;
  } while (page.IsTruncated);
  s3.destroy();
  return found;
};

/** The visits of a sweep: how many there were, how many failed or took more than their time, and the most that one took. */
export type Visits = { count: number; failed: number; mostPages: number; mostSeconds: number };

type Until = { before?: () => Promise<void>; isDone: () => Promise<boolean>; most: number };

/** Lets a sweep come again and again until its work is done, at most so often. */
export const sweepUntil = async (
  { system, calls, progress }: Observed,
  name: 'SweepInbox' | 'SweepLedger',
  { before = async () => {}, isDone, most }: Until,
): Promise<Visits> => {
  const visits: Visits = { count: 0, failed: 0, mostPages: 0, mostSeconds: 0 };
  const pages = () => calls['s3:ListBucketVersions'] ?? 0;
  while (visits.count < most && !(await isDone())) {
    await before();
    const [pagesBefore, startedAt] = [pages(), performance.now()];
    const [end] = await system.sweep(name);
    visits.count += 1;
    if (!end || 'error' in end || (end.result as { failed: number }).failed > 0) visits.failed += 1;
    visits.mostPages = Math.max(visits.mostPages, pages() - pagesBefore);
    visits.mostSeconds = Math.max(visits.mostSeconds, secondsSince(startedAt));
    progress(`${name}, visit ${visits.count}: ${JSON.stringify(end)} in ${secondsSince(startedAt)} s`);
  }
  return visits;
};

export const visitsText = ({ count, mostPages, mostSeconds }: Visits): string =>
  `${count} visits of at most ${mostPages} pages and ${mostSeconds} s`;
