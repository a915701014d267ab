import type { EnvKey } from '../../shared/lambda/env.ts';
import type { StepName } from '../../shared/workflow/contract.ts';
import type { JobName, RouteName } from '../../shared/workflow/functions.ts';

const ledgerKeys = ['TABLE_NAME', 'RETENTION_DAYS'] as const;

const recordKeys = [...ledgerKeys, 'EVENT_BUS', 'MEDIA_HOURS'] as const;

const retryKeys = ['ALLOWED_RETRIES', 'RETRY_SECONDS'] as const;

const limitKeys = ['MEDIA_MIN_PIXELS', 'MEDIA_MAX_SECONDS'] as const;

const truoraKeys = ['TRUORA_ORIGIN', 'TRUORA_UPLOAD_ORIGINS', 'TRUORA_KEY_SECRET', 'HTTP_DEADLINE_SECONDS'] as const;

const ownKeys: Record<StepName | RouteName | JobName, readonly EnvKey[]> = {
  ClaimRequest: [
    ...ledgerKeys,
    ...retryKeys,
    ...limitKeys,
    'MEDIA_BUCKET',
    'RESULT_MODE',
    'MEDIA_HOURS',
    'MINIMUM_THRESHOLD',
  ],
  CheckEnrollment: [...truoraKeys, ...retryKeys, 'TABLE_NAME'],
  CreateValidation: [...ledgerKeys, ...truoraKeys, 'SETTLE_SECONDS', 'ON_UNRESOLVED', 'DAILY_BUDGET'],
  // The upload link is enough: Truora's key is not sent.
  MoveMedia: [...ledgerKeys, 'TRUORA_ORIGIN', 'TRUORA_UPLOAD_ORIGINS', 'HTTP_DEADLINE_SECONDS'],
  AwaitWebhook: ['TABLE_NAME'],
  ReadVerdict: [...truoraKeys, 'GRACE_SECONDS', 'TABLE_NAME', 'MINIMUM_THRESHOLD'],
  RecordOutcome: recordKeys,
  RecordRefusal: [...recordKeys, 'MEDIA_BUCKET'],
  RecordFailure: [...recordKeys, 'MEDIA_BUCKET'],
  ReadOutcome: ledgerKeys,
  StartRevalidation: [
    ...ledgerKeys,
    ...retryKeys,
    ...limitKeys,
    'MEDIA_BUCKET',
    'MACHINE_ARN',
    'ACCOUNT_CLAIM',
    'MINIMUM_THRESHOLD',
  ],
  ReadRevalidation: [...ledgerKeys, 'ACCOUNT_CLAIM'],
  ListRevalidations: [...ledgerKeys, 'ACCOUNT_CLAIM'],
  CancelRevalidation: [...recordKeys, 'ACCOUNT_CLAIM'],
  ReceiveWebhook: ['TABLE_NAME', 'WEBHOOK_KEYS_SECRET'],
  SweepInbox: ['TABLE_NAME', 'MEDIA_BUCKET', 'MACHINE_ARN', 'UNCLAIMED_MINUTES'],
  SweepLedger: [...recordKeys, ...truoraKeys, 'GRACE_SECONDS', 'MEDIA_BUCKET', 'MINIMUM_THRESHOLD'],
  RepairExecution: [...recordKeys, 'MEDIA_BUCKET'],
  CheckKey: ['TRUORA_KEY_SECRET'],
};

/** The environment variables of each function; reading another one throws an error with its name. Each may write metrics. */
export const envKeys = Object.fromEntries<readonly EnvKey[]>(
  Object.entries(ownKeys).map(([name, keys]) => [name, [...keys, 'METRICS_NAMESPACE']]),
) as typeof ownKeys;
