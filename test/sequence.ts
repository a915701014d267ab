import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest first: each of them that begins last is waited for by an idle core. Those that mostly wait stand between
 * those that mostly work, so that there is always work for each core.
 */
const longest = [
  'simulation/simulation',
  'whole/spend',
  'console/capture',
  'whole/lost-answers',
  'campaigns/simulation',
  'whole/erasure',
  'erasure/crashes',
  'whole/command-line',
  'whole/live-capture',
  'console/operator',
  'whole/scenarios',
  'whole/sweep',
  'whole/permissions',
  'cli/runbook',
  'console/campaigns',
  'cli/campaigns',
  'console/capture-states',
  'whole/shell',
  'campaigns/permissions',
  'record/record',
  'package/package',
  'campaigns/plan',
  'infra/settings',
  'whole/caller',
  'whole/load',
  'functions/repair-execution',
  'architecture/add-a-step',
  'whole/lost-events',
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
