import { ORIGIN, UPLOADS } from './truora/vendor.ts';

/** What a deployment may choose, as this harness sets it: the product's own defaults. Seconds. */
export const settings = {
  callbackTimeout: 60,
  grace: 30,
  settle: 60,
  httpDeadline: 10,
  sweepMinutes: 5,
  mediaHours: 24,
};

export const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:face-revalidation';

/** The variables of the functions of a system. */
export const variablesOf = (serial: number, more: Readonly<Record<string, string>> = {}) => ({
  TABLE_NAME: `ledger-${serial}`,
  MEDIA_BUCKET: 'media-of-system',
  EVENT_BUS: 'outcomes',
  RETENTION_DAYS: '365',
  RESULT_MODE: 'callback',
  TRUORA_ORIGIN: ORIGIN,
  TRUORA_UPLOAD_ORIGINS: UPLOADS,
  TRUORA_KEY_SECRET: `truora-key-${serial}`,
  WEBHOOK_KEYS_SECRET: `webhook-keys-${serial}`,
  HTTP_DEADLINE_SECONDS: String(settings.httpDeadline),
  SETTLE_SECONDS: String(settings.settle),
  GRACE_SECONDS: String(settings.grace),
  POLICIES: JSON.stringify({ default: { minimumThreshold: 0.65 } }),
  ALLOWED_RETRIES: '0',
  RETRY_SECONDS: '300',
  METRICS_NAMESPACE: 'chaos',
  MACHINE_ARN: machineArn,
  ACCOUNT_CLAIM: 'none',
  ALTERNATIVE: 'none',
  CONSENT_MODE: 'flag',
  CONSENT_TEXTS: '{"default.CO.es.1":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}',
  DOCUMENTATION_URL: 'none',
  EVIDENCE_BUCKET: 'evidence-of-system',
  EVIDENCE_KEYS: `key-${serial}`,
  EVIDENCE_ISSUER: 'https://issuer.example.org',
  CODE_VERSION: 'chaos',
  ERASURE_BUCKET: 'erasures-of-system',
  ON_UNRESOLVED: 'fail-for-human',
  DAILY_BUDGET: 'none',
  MEDIA_MIN_PIXELS: '64',
  ALLOW_NATIONAL_IDS: 'false',
  MEDIA_MAX_SECONDS: '60',
  MEDIA_HOURS: String(settings.mediaHours),
  UNCLAIMED_MINUTES: String(settings.sweepMinutes),
  ...more,
});
