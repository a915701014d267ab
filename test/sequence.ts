import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, longest first: each of them that begins last is waited for by an idle core. */
const longest = [
  'simulation/simulation',
  'infra/settings',
  'console/capture',
  'package/package',
  'console/operator',
  'whole/command-line',
  'whole/scenarios',
  'functions/sweep-inbox',
  'functions/create-validation-quirks',
  'whole/load',
  'whole/lost-answers',
  'whole/command-failures',
  'functions/reconcile',
  'cli/runbook',
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
