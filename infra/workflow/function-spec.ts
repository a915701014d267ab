import type { BY_DAY, BY_DUE, BY_PERSON } from '../../shared/domain/record.ts';
import type { EnvKey } from '../../shared/lambda/env.ts';

/** The kinds of items in the ledger, by the prefix of their keys (`shared/ledger/` makes the keys). */
export type Kind =
  | 'RUN'
  | 'ACC'
  | 'VLD'
  | 'WAIT'
  | 'TICKET'
  | 'KEY'
  | 'RETRY'
  | 'GATE'
  | 'SWEEP'
  | 'HOLD'
  | Links
  | Consents
  | Erasable
  | 'CAMP';

/** Links of the capture page, and the sessions that they open. */
type Links = 'LINK' | 'SESSION';

/** Receipts of consent, and the list of those of a person. */
type Consents = 'CNS' | 'CONSENTS';

/** The kinds of the erasure: tombstones and legal holds. */
type Erasable = 'ERASED' | 'LEGAL';

export type Verb = 'Get' | 'BatchGet' | 'Put' | 'Update' | 'Delete';

/** The folders of the media bucket. */
export type Folder = 'inbox' | 'media' | 'campaigns';

/** One permission of a function. `infra/aws/permissions.ts` says what each means in IAM. */
export type Grant =
  | { items: Partial<Record<Verb, readonly Kind[]>> }
  | { query: typeof BY_PERSON.name | typeof BY_DUE.name | typeof BY_DAY.name }
  | { readVersions: readonly Folder[] }
  | { readNewest: readonly Folder[] }
  | 'seeMissingMedia'
  | 'listInbox'
  | 'listKeyInInbox'
  | 'putInInbox'
  | 'deleteMedia'
  | 'listMediaOfPerson'
  | 'searchLedger'
  | 'bareEvidence'
  | 'certifyErasures'
  | 'nameErased'
  | 'nameRevoked'
  | 'readCertificates'
  | 'compareErased'
  | 'keepEvidence'
  | 'signEvidence'
  | 'readEvidenceKeys'
  | 'readTruoraKey'
  | 'readWebhookKeys'
  | 'announce'
  | 'startExecution'
  | 'stopExecution'
  | 'describeExecution'
  | 'readHistory'
  | 'resumeExecution'
  | 'putInCampaigns'
  | 'deleteCampaignMedia'
  | 'startCampaign'
  | 'describeCampaign';

/** What one function is given: Lambda's time limit, its environment variables, and its permissions. */
export type FunctionSpec = { seconds: number; env: readonly EnvKey[]; may: readonly Grant[] };

export const ledger = ['TABLE_NAME', 'RETENTION_DAYS'] as const;

export const recording = [...ledger, 'EVENT_BUS', 'MEDIA_HOURS'] as const;

export const retries = ['ALLOWED_RETRIES', 'RETRY_SECONDS'] as const;

export const limits = ['MEDIA_MIN_PIXELS', 'MEDIA_MAX_SECONDS'] as const;

export const truora = ['TRUORA_ORIGIN', 'TRUORA_UPLOAD_ORIGINS', 'TRUORA_KEY_SECRET', 'HTTP_DEADLINE_SECONDS'] as const;

export const evidence = ['EVIDENCE_BUCKET', 'EVIDENCE_KEYS', 'EVIDENCE_ISSUER', 'CODE_VERSION'] as const;

/** What an erasure reads, beside the ledger and evidence. */
export const erasure = ['MEDIA_BUCKET', 'ERASURE_BUCKET', 'SETTLE_SECONDS'] as const;

/** What every route of the capture page reads beside the ledger. */
export const capture = [
  'ALTERNATIVE',
  'DOCUMENTATION_URL',
  'POLICIES',
  'CONSENT_TEXTS',
] as const satisfies readonly EnvKey[];

/** What every route that names its caller reads. */
export const api = ['ACCOUNT_CLAIM', 'ALTERNATIVE', 'DOCUMENTATION_URL'] as const;
