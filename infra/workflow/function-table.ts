import { BY_DUE, BY_PERSON } from '../../shared/domain/record.ts';
import type { EnvKey } from '../../shared/lambda/env.ts';
import type { FunctionName } from '../../shared/workflow/functions.ts';
import { campaignFunctions } from './campaign-functions.ts';
import { captureFunctions, captureSteps } from './capture-functions.ts';
import { consentFunctions } from './consent-functions.ts';
import { consoleFunctions } from './console-functions.ts';
import { erasureFunctions } from './erasure-functions.ts';
import { api, evidence, type FunctionSpec, ledger, limits, recording, retries, truora } from './function-spec.ts';

export type { Folder, Grant, Kind, Verb } from './function-spec.ts';

/** More memory is more CPU: a cold start is half a vCPU-second of import and TLS at 512 MB. The same for every function. */
export const MEMORY_MB = 512;

/**
 * Every function: the one place of its time limit, its variables and its permissions. A function that reads another variable fails by
 * the name of the variable, and a permission that no call needs fails a test.
 *
 * Calls of ledger and S3 take a few seconds; a call to Truora may take its whole HTTP deadline (12 s at most), once more if the key was
 * rotated, and the upload six times as long for 10 MB. A sweep works until its time is nearly up and leaves the rest to the next one.
 */
export const functionTable: Record<FunctionName, FunctionSpec> = {
  ClaimRequest: {
    seconds: 15,
    env: [
      ...ledger,
      ...retries,
      ...limits,
      'MEDIA_BUCKET',
      'RESULT_MODE',
      'MEDIA_HOURS',
      'POLICIES',
      'ALLOW_NATIONAL_IDS',
      'CONSENT_MODE',
    ],
    may: [
      {
        items: {
          Get: ['RUN', 'TICKET', 'KEY', 'VLD', 'CNS', 'ERASED'],
          Put: ['RUN', 'KEY', 'TICKET'],
          Update: ['TICKET', 'RETRY', 'HOLD', 'RUN', 'CNS'],
        },
      },
      // A drop that is the recording of a live capture.
      'resumeExecution',
      // A drop's event names the version; a call need not.
      { readVersions: ['inbox', 'media'] },
      { readNewest: ['inbox', 'media'] },
      'seeMissingMedia',
      // The older versions of a drop's own key: what it may be a copy of.
      'listKeyInInbox',
    ],
  },
  CheckEnrollment: {
    seconds: 30,
    env: [...truora, ...retries, 'TABLE_NAME'],
    may: [{ items: { Get: ['GATE'], Update: ['GATE'] } }, 'readTruoraKey'],
  },
  CreateValidation: {
    seconds: 40,
    env: [...recording, ...truora, 'SETTLE_SECONDS', 'ON_UNRESOLVED', 'DAILY_BUDGET', 'ALTERNATIVE'],
    may: [
      {
        items: {
          Get: ['RUN', 'ACC', 'VLD', 'GATE', 'CNS', 'ERASED'],
          Put: ['ACC', 'VLD'],
          Update: ['ACC', 'RUN', 'GATE'],
          Delete: ['ACC'],
        },
      },
      'readTruoraKey',
      // Ends a case whose consent has ended, or whose person was erased.
      'announce',
      // Checks that the claimed version is still there before it is paid for.
      { readVersions: ['inbox', 'media'] },
      'seeMissingMedia',
    ],
  },
  AwaitMedia: captureSteps.AwaitMedia,
  MoveMedia: {
    seconds: 80,
    // The upload link is the key: Truora's own is not sent along.
    env: [...recording, 'TRUORA_ORIGIN', 'TRUORA_UPLOAD_ORIGINS', 'HTTP_DEADLINE_SECONDS', 'ALTERNATIVE'],
    may: [
      { items: { Get: ['RUN', 'CNS', 'ERASED'], Update: ['RUN'] } },
      // A claim has pinned the version.
      { readVersions: ['inbox', 'media'] },
      'seeMissingMedia',
      // Ends a case whose consent has ended, or whose person was erased.
      'announce',
    ],
  },
  AwaitWebhook: { seconds: 15, env: ['TABLE_NAME'], may: [{ items: { Update: ['WAIT'] } }, 'resumeExecution'] },
  ReadVerdict: {
    seconds: 30,
    env: [...truora, 'TABLE_NAME', 'GRACE_SECONDS', 'POLICIES'],
    may: [{ items: { Get: ['GATE', 'RUN'], Update: ['GATE'] } }, 'readTruoraKey'],
  },
  RecordOutcome: {
    seconds: 15,
    env: [...recording, 'ALTERNATIVE'],
    may: [{ items: { Get: ['RUN', 'CNS', 'ERASED'], Put: ['RUN'], Update: ['RUN'] } }, 'announce'],
  },
  RecordRefusal: {
    seconds: 15,
    env: [...recording, 'MEDIA_BUCKET', 'SETTLE_SECONDS'],
    may: [{ items: { Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN', 'ERASED'] } }, 'announce'],
  },
  RecordFailure: {
    seconds: 15,
    env: [...recording, 'MEDIA_BUCKET', 'SETTLE_SECONDS'],
    may: [{ items: { Get: ['RUN', 'TICKET'], Put: ['RUN'], Update: ['RUN', 'ERASED'] } }, 'announce'],
  },
  ReadOutcome: { seconds: 15, env: ledger, may: [{ items: { Get: ['RUN'], Update: ['RUN'] } }] },
  StartRevalidation: {
    seconds: 15,
    env: [
      ...ledger,
      ...retries,
      ...limits,
      'MEDIA_BUCKET',
      'MACHINE_ARN',
      'POLICIES',
      'ALLOW_NATIONAL_IDS',
      'CONSENT_MODE',
      'CONSENT_TEXTS',
      'CAPTURE_URL',
      ...api,
    ],
    may: [
      { items: { Get: ['RUN', 'TICKET', 'KEY', 'VLD', 'CNS', 'ERASED'], Put: ['TICKET', 'KEY', 'LINK'] } },
      { readVersions: ['media'] },
      { readNewest: ['media'] },
      'seeMissingMedia',
      // The form that it signs has the same permission and no more.
      'putInInbox',
      'startExecution',
    ],
  },
  ReadRevalidation: { seconds: 10, env: [...ledger, ...api], may: [{ items: { Get: ['RUN', 'TICKET'] } }] },
  ListRevalidations: {
    seconds: 10,
    env: [...ledger, ...api],
    may: [{ query: BY_PERSON.name }, { items: { BatchGet: ['RUN'] } }],
  },
  CancelRevalidation: {
    seconds: 10,
    env: [...recording, ...api],
    may: [{ items: { Get: ['RUN', 'TICKET'], Update: ['RUN'] } }, 'announce', 'stopExecution'],
  },
  EraseAccount: erasureFunctions.EraseAccount,
  ...consentFunctions,
  ...captureFunctions,
  ReadEvidence: {
    seconds: 15,
    env: [...ledger, ...evidence, ...api],
    may: [{ items: { Get: ['RUN'] } }, 'keepEvidence', 'signEvidence'],
  },
  ReadJwks: { seconds: 10, env: ['EVIDENCE_KEYS', 'DOCUMENTATION_URL'], may: ['readEvidenceKeys'] },
  ReceiveWebhook: {
    seconds: 10,
    env: ['TABLE_NAME', 'WEBHOOK_KEYS_SECRET', 'DOCUMENTATION_URL'],
    may: [{ items: { Get: ['VLD', 'WAIT', 'RUN'], Update: ['WAIT', 'RUN'] } }, 'resumeExecution', 'readWebhookKeys'],
  },
  SweepInbox: {
    seconds: 120,
    env: ['TABLE_NAME', 'MEDIA_BUCKET', 'MACHINE_ARN', 'UNCLAIMED_MINUTES'],
    may: [
      { items: { Get: ['SWEEP'], BatchGet: ['RUN', 'TICKET'], Update: ['SWEEP'] } },
      // Only the list, and only of the inbox: ClaimRequest reads what is in a drop.
      'listInbox',
      'startExecution',
    ],
  },
  SweepLedger: {
    seconds: 120,
    env: [...recording, ...truora, 'GRACE_SECONDS', 'MEDIA_BUCKET', 'ERASURE_BUCKET', 'POLICIES', 'ALTERNATIVE'],
    may: [
      { query: BY_DUE.name },
      {
        items: {
          Get: ['RUN', 'TICKET', 'WAIT', 'ACC', 'VLD', 'GATE', 'ERASED'],
          BatchGet: ['RUN', 'CNS'],
          Put: ['ACC', 'VLD'],
          Update: ['RUN', 'GATE', 'HOLD', 'CNS', 'SWEEP'],
          Delete: ['ACC'],
        },
      },
      'describeExecution',
      'resumeExecution',
      // Of a case whose consent was revoked.
      'stopExecution',
      'nameRevoked',
      'announce',
      'readTruoraKey',
      // The uploads of a ticket, by its exact key.
      'listKeyInInbox',
      'deleteMedia',
    ],
  },
  SweepErasures: erasureFunctions.SweepErasures,
  RepairExecution: {
    seconds: 30,
    env: [...recording, 'MEDIA_BUCKET', 'SETTLE_SECONDS'],
    may: [
      { query: BY_PERSON.name },
      { items: { Get: ['RUN', 'TICKET'], BatchGet: ['RUN'], Put: ['RUN'], Update: ['RUN', 'ERASED'] } },
      'announce',
    ],
  },
  SignEvidence: {
    seconds: 15,
    env: [...ledger, ...evidence],
    may: [{ items: { Get: ['RUN'] } }, 'keepEvidence', 'signEvidence'],
  },
  CheckKey: {
    seconds: 15,
    env: ['TRUORA_KEY_SECRET', 'TABLE_NAME'],
    may: ['readTruoraKey', { items: { Update: ['SWEEP'] } }],
  },
  ...consoleFunctions,
  ...campaignFunctions,
};

/** One column of the table, by function. */
export const columnOf = <Value>(read: (spec: FunctionSpec) => Value): Record<FunctionName, Value> =>
  Object.fromEntries(Object.entries(functionTable).map(([name, spec]) => [name, read(spec)])) as Record<
    FunctionName,
    Value
  >;

/** The variables of each function. Every function may emit metrics. */
export const envKeys = columnOf(({ env }): readonly EnvKey[] => [...env, 'METRICS_NAMESPACE']);
