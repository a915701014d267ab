import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, longest first: each of them that begins last is waited for by an idle core. */
const longest = [
  'simulation/simulation',
  'campaigns/simulation',
  'erasure/crashes',
  'console/capture',
  'whole/command-line',
  'console/operator',
  'whole/scenarios',
  'whole/permissions',
  'console/campaigns',
  'console/capture-states',
  'cli/runbook',
  'campaigns/permissions',
  'package/package',
  'whole/erasure',
  'whole/spend',
  'whole/lost-answers',
  'whole/live-capture',
  'whole/load',
  'infra/settings',
  'whole/sweep',
  'architecture/add-a-step',
  'functions/repair-execution',
  'infra/own-rules',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((file) => moduleId.endsWith(`/${file}.test.ts`));
  return place < 0 ? longest.length : place;
};

/** Runs the longest files first. A fresh clone has no durations of an earlier run, by which Vitest orders the others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
