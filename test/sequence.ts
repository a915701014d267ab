import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest first: each of them that begins last is waited for by an idle core. Those that mostly wait stand between
 * those that mostly work, so that there is always work for each core.
 */
const longest = [
  'simulation/simulation',
  'whole/spend',
  'whole/lost-answers',
  'architecture/check',
  'whole/erasure',
  'campaigns/simulation',
  'whole/live-capture',
  'console/capture',
  'whole/sweep',
  'erasure/crashes',
  'whole/command-line',
  'truora/http',
  'infra/settings',
  'whole/caller',
  'console/operator',
  'whole/scenarios',
  'cli/runbook',
  'functions/create-validation-quirks',
  'functions/repair-execution',
  'infra/own-rules',
  'campaigns/plan',
  'functions/reconcile',
  'record/record',
  'console/campaigns',
  'whole/permissions',
  'cli/campaigns',
  'package/package',
  'truora/http-uploads',
  'architecture/add-a-step',
  'whole/shell',
  'functions/sweep-inbox',
  'whole/lost-events',
  'console/capture-states',
  'local/local-template',
  'campaigns/permissions',
  'whole/load',
  'whole/api',
  'local/s3-list',
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
