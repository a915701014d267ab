import { CAMPAIGNS } from './campaign.ts';

/** The names of a campaign's objects in the media bucket. */
export const objectsOf = (campaignId: string) => {
  const folder = `${CAMPAIGNS}${campaignId}/`;
  return {
    /** The rows that can run, as the items of the Distributed Map. */
    rows: `${folder}rows.jsonl`,
    /** Those of them that have no result yet. */
    left: `${folder}left.jsonl`,
    errors: `${folder}errors.csv`,
    results: `${folder}results.ndjson`,
    retry: `${folder}retry.csv`,
    /** What one call of ReadManifest leaves for the next. */
    part: (kind: 'rows' | 'errors', number: number) =>
      `${folder}plan/${kind}-${String(number).padStart(6, '0')}.${kind === 'rows' ? 'jsonl' : 'csv'}`,
    /** Rows of the manifest that were read and not checked yet. */
    read: `${folder}plan/read.jsonl`,
    /** What the Distributed Map writes of its children. */
    runs: `${folder}runs`,
  };
};
