import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, in an order that leaves no core idle: those that mostly wait run beside those that mostly work. It was
 * searched for with the processor time and the duration of each file, both measured with one worker.
 */
const longest = [
  'functions/repair-execution',
  'simulation/simulation',
  'whole/sweep',
  'whole/canary',
  'whole/erasure',
  'cli/smoke',
  'whole/live-capture',
  'cli/campaigns',
  'cli/smoke-stage',
  'whole/api',
  'architecture/add-a-step',
  'whole/metrics',
  'console/capture-states',
  'cli/start',
  'console/operator',
  'campaigns/permissions',
  'console/sign-in',
  'console/capture',
  'record/record',
  'whole/scenarios',
  'whole/permissions',
  'local/s3-versions',
  'cli/runbook',
  'infra/own-rules',
  'campaigns/simulation',
  'whole/caller',
  'whole/command-line',
  'functions/sweep-inbox',
  'infra/cdk-nag',
  'erasure/crashes',
  'campaigns/plan',
  'infra/settings',
  'workflow/machine',
  'whole/shell',
  'whole/load',
  'whole/lost-events',
  'functions/create-validation-quirks',
  'package/package',
  'whole/spend',
  'whole/command-failures',
  'console/campaigns',
  'functions/read-verdict',
  'architecture/check',
  'whole/lost-answers',
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((file) => moduleId.endsWith(`/${file}.test.ts`));
  return place < 0 ? longest.length : place;
};

/** Runs these files first. A fresh clone has no durations of an earlier run, by which Vitest orders the others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
