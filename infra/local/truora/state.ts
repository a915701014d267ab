import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import type { Scenario } from './behaviour.ts';
import { scenarioOf } from './scenarios.ts';

/** The times, and the open questions about Truora, that tests change. */
export type SandboxSettings = {
  /** From the upload to the verdict. */
  decisionMs: number;
  /** The same for `-slow`. */
  slowMs: number;
  /** From the verdict to the webhook of `-webhook-late`. */
  webhookLateMs: number;
  /** Whether reads of a validation that waits for media repeat its upload link: not documented (assumed: no). */
  repeatsUploadLinkOnRead: boolean;
  /** From a validation's creation to its place on the person's list: seconds at the real Truora (assumed). */
  listLagMs: number;
  /** Validations on one page of a person's list. */
  pageSize: number;
  /** From a create call to its execution, in a scenario with a late execution. */
  createLateMs: number;
  defaultTimeoutSeconds: number;
};

/** Short, but long enough that a poll comes before the verdict. The timeout is Truora's own (documented). */
export const defaultSettings: SandboxSettings = {
  decisionMs: 300,
  slowMs: 1500,
  webhookLateMs: 1500,
  repeatsUploadLinkOnRead: false,
  listLagMs: 0,
  pageSize: 10,
  createLateMs: 500,
  defaultTimeoutSeconds: 300,
};

export type Enrollment = { enrollmentId: string; accountId: string; registeredAt: number; reads: number };

/** What is kept of media: enough to compare it with what was sent. */
export type Upload = { bytes: number; sha256: string; contentType: string };

export type Validation = {
  id: string;
  accountId: string;
  enrollmentId: string;
  scenario: Scenario;
  threshold: number;
  liveness: boolean;
  /** What the person is to speak, if speech was asked for. */
  phrase: string | undefined;
  createdAt: number;
  /** The link refuses uploads from then on. */
  expiresAt: number;
  reads: number;
  puts: number;
  upload?: Upload & { at: number };
  decidedAt?: number;
};

const zero = { creates: 0, charges: 0, uploads: 0, reads: 0, lists: 0, enrollmentReads: 0, webhooks: 0 };

/** Create calls, created validations, complete uploads, reads of validations, lists and enrollments, sent webhooks. */
export type Counts = typeof zero;

/** A rule for webhooks: the receiver, the signature key, and the actions; all when left out. */
export type Rule = { url: string; key: string; actions?: readonly ('created' | 'succeeded' | 'failed')[] };

/** The state of one sandbox, and the timers and calls that it ends when it closes. */
export type SandboxState = {
  origin: string;
  settings: SandboxSettings;
  webhook: Rule | undefined;
  /** Signs the upload links. */
  secret: string;
  counts: Counts;
  enrollments: Map<string, Enrollment>;
  /** By account: its enrollment, and the number of create calls since its registration. */
  accounts: Map<string, { enrollmentId?: string; creates: number }>;
  validations: Map<string, Validation>;
  timers: Set<NodeJS.Timeout>;
  calls: Set<ClientRequest>;
  closed: boolean;
};

export const emptySandboxState = (settings: SandboxSettings): SandboxState => ({
  origin: '',
  settings,
  webhook: undefined,
  secret: randomBytes(32).toString('hex'),
  counts: { ...zero },
  enrollments: new Map(),
  accounts: new Map(),
  validations: new Map(),
  timers: new Set(),
  calls: new Set(),
  closed: false,
});

let minted = 0;

/** An id in Truora's form: the prefix and hex digits; the first eight count up, the rest is random. */
export const mintId = (prefix: 'ENR' | 'VLD' | 'HKE', digits: 32 | 40 = 32): string => {
  minted += 1;
  return prefix + minted.toString(16).padStart(8, '0') + randomBytes(digits / 2 - 4).toString('hex');
};

/** Enough persons for a load test; the oldest entry is removed first. */
const MOST_PERSONS = 100_000;

/** Longer than the longest timeout (6 h) and every poll after it. Milliseconds. */
const VALIDATION_LIFE_MS = 86_400_000;

const keep = <Value>(map: Map<string, Value>, key: string, value: Value): Value => {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MOST_PERSONS) break;
    map.delete(oldest);
  }
  return value;
};

/** Registers an enrollment of an account. A repeat restarts the account's scenario. */
export const registerEnrollment = (state: SandboxState, accountId: string, enrollmentId: string): void => {
  keep(state.enrollments, enrollmentId, { enrollmentId, accountId, registeredAt: Date.now(), reads: 0 });
  keep(state.accounts, accountId, { enrollmentId, creates: 0 });
};

/** Removes an enrollment. Its account has none then. */
export const removeEnrollment = (state: SandboxState, { enrollmentId, accountId }: Enrollment): void => {
  state.enrollments.delete(enrollmentId);
  if (state.accounts.get(accountId)?.enrollmentId === enrollmentId) state.accounts.delete(accountId);
};

/** The enrollment's status at this read: the scenario's statuses in order; the last one stays. */
export const enrollmentWord = ({ accountId, reads }: Enrollment) => {
  const words = scenarioOf(accountId).behaves?.enrollment ?? (['success'] as const);
  return words[Math.min(Math.max(reads, 1), words.length) - 1] ?? words[0];
};

/** Counts a create call of an account. @returns its number, from 1 */
export const countCreate = (state: SandboxState, accountId: string): number => {
  const account = state.accounts.get(accountId) ?? keep(state.accounts, accountId, { creates: 0 });
  account.creates += 1;
  return account.creates;
};

/** The account's enrollment, if it is finished. */
export const readyEnrollment = (state: SandboxState, accountId: string): Enrollment | undefined => {
  const enrollment = state.enrollments.get(state.accounts.get(accountId)?.enrollmentId ?? '');
  return enrollment && enrollmentWord(enrollment) === 'success' ? enrollment : undefined;
};

export const keepValidation = (state: SandboxState, validation: Validation): void => {
  for (const { id, createdAt } of state.validations.values()) {
    if (validation.createdAt - createdAt < VALIDATION_LIFE_MS) break;
    state.validations.delete(id);
  }
  state.validations.set(validation.id, validation);
};

/** Runs work later, unless the sandbox is closed first. @returns cancels it */
export const later = (state: SandboxState, ms: number, work: () => unknown): (() => void) => {
  if (state.closed) return () => {};
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    work();
  }, ms);
  state.timers.add(timer);
  return () => {
    clearTimeout(timer);
    state.timers.delete(timer);
  };
};
