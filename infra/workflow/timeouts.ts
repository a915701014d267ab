import type { StepName } from '../../shared/workflow/contract.ts';
import type { JobName, RouteName } from '../../shared/workflow/functions.ts';

/** The longest a re-validation can take: Truora's longest timeout (6 h), and two hours for whatever waits before and after. */
export const MACHINE_SECONDS = 8 * 3600;

/**
 * Seconds after which Lambda ends each function. Ledger and S3 calls are done in a few; a call to Truora may take its
 * whole HTTP deadline (12 s at most), once more if the key was rotated, and the upload six times as long for 10 MB. A sweep
 * works until its time is nearly up and leaves the rest to the next.
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
 * How much longer the machine waits for a function than Lambda lets it run: if the machine gave up first, the next try
 * would start while the first still lives. A cold start may take 10 s (Lambda's limit for the initialisation), which are not
 * counted in the function's own time; the rest is for the way there and back.
 */
export const STATE_MARGIN_SECONDS = 15;
