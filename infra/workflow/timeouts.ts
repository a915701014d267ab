import type { StepName } from '../../shared/workflow/contract.ts';
import type { JobName, RouteName } from '../../shared/workflow/functions.ts';

/** The longest a re-validation can take: Truora's longest timeout (6 h), and two hours for the waits before and after. Seconds. */
export const MACHINE_SECONDS = 8 * 3600;

/**
 * Time limit of each function. Ledger and S3 calls take a few seconds. A call to Truora may take its whole HTTP deadline
 * (12 s at most), once more if the key was rotated, and the upload six times as long for 10 MB. A sweep works until its time is
 * nearly over and leaves the rest to the next sweep. Seconds.
 */
export const functionSeconds: Record<StepName | RouteName | JobName, number> = {
  ClaimRequest: 15,
  CheckEnrollment: 30,
  CreateValidation: 40,
  MoveMedia: 80,
  AwaitWebhook: 15,
  ReadVerdict: 30,
  RecordOutcome: 15,
  RecordRefusal: 15,
  RecordFailure: 15,
  ReadOutcome: 15,
  StartRevalidation: 15,
  ReadRevalidation: 10,
  ListRevalidations: 10,
  CancelRevalidation: 10,
  ReceiveWebhook: 10,
  SweepInbox: 120,
  SweepLedger: 120,
  RepairExecution: 30,
  CheckKey: 15,
};

/**
 * How much longer the machine waits for a function than Lambda lets it run: otherwise a retry could start while the first
 * invocation still runs. A cold start may take 10 s (Lambda's limit for the initialization), which the function's own time does
 * not include; the rest is for the network. Seconds.
 */
export const STATE_MARGIN_SECONDS = 15;
