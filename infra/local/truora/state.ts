import { randomBytes } from 'node:crypto';
import type { ClientRequest } from 'node:http';
import type { Scenario } from './behaviour.ts';
import { scenarioOf } from './scenarios.ts';

/** The clocks and the open questions about Truora that tests turn. */
export type SandboxSettings = {
  /** From the upload to the verdict. */
  decisionMs: number;
  /** The same for `-slow`. */
  slowMs: number;
  /** From the verdict to the webhook of `-webhook-late`. */
  webhookLateMs: number;
  /** Whether reads of a validation that waits for media repeat its upload link: nobody knows (assumed: no). */
  repeatsUploadLinkOnRead: boolean;
  /** From a validation's creation to its place on the person's list: seconds at the real one (assumed). */
  listLagMs: number;
  /** Validations on one page of a person's list. */
  pageSize: number;
  /** From a create call to its execution, where the story has it executed late. */
  createLateMs: number;
  defaultTimeoutSeconds: number;
};

/** Fast enough to watch, slow enough that a look comes before the verdict; Truora's own timeout (documented). */
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

/** What is kept of media: that it came, and enough to compare it with what was sent. */
export type Upload = { bytes: number; sha256: string; contentType: string };

export type Validation = {
  id: string;
  accountId: string;
  enrollmentId: string;
  scenario: Scenario;
  threshold: number;
  liveness: boolean;
  createdAt: number;
  /** Nothing is uploaded any more from here on. */
  expiresAt: number;
  reads: number;
  puts: number;
  upload?: Upload & { at: number };
  decidedAt?: number;
};

const zero = { creates: 0, charges: 0, uploads: 0, reads: 0, lists: 0, enrollmentReads: 0, webhooks: 0 };

/** Create calls taken, validations created, media taken whole, reads of validations, lists and enrollments, webhooks sent. */
export type Counts = typeof zero;

/** A rule for webhooks: where they go, what signs them, and of which actions there is one; of all when left out. */
export type Rule = { url: string; key: string; actions?: readonly ('created' | 'succeeded' | 'failed')[] };

/** All that one sandbox knows, and what it has to end when it closes. */
export type LocalSystem = {
  origin: string;
  settings: SandboxSettings;
  webhook: Rule | undefined;
  /** Signs the upload links. */
  secret: string;
  counts: Counts;
  enrollments: Map<string, Enrollment>;
  /** By account: its enrollment, and how often a create was asked for since that was registered. */
  accounts: Map<string, { enrollmentId?: string; creates: number }>;
  validations: Map<string, Validation>;
  timers: Set<NodeJS.Timeout>;
  calls: Set<ClientRequest>;
  closed: boolean;
};

export const emptyWorld = (settings: SandboxSettings): LocalSystem => ({
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

/** An id like Truora's: the prefix and hex digits, of which the first eight count and the rest are random. */
export const mintId = (prefix: 'ENR' | 'VLD' | 'HKE', digits: 32 | 40 = 32): string => {
  minted += 1;
  return prefix + minted.toString(16).padStart(8, '0') + randomBytes(digits / 2 - 4).toString('hex');
};

/** Enough people for any load test; the one not heard of for longest goes first. */
const MOST_PEOPLE = 100_000;

/** Longer than the longest timeout (6 h) and any look after it. Milliseconds. */
const VALIDATION_LIFE_MS = 86_400_000;

const keep = <Value>(map: Map<string, Value>, key: string, value: Value): Value => {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MOST_PEOPLE) break;
    map.delete(oldest);
  }
  return value;
};

/** Whose face an enrollment is. Registering it again starts the account's story from its beginning. */
export const registerEnrollment = (world: LocalSystem, accountId: string, enrollmentId: string): void => {
  keep(world.enrollments, enrollmentId, { enrollmentId, accountId, registeredAt: Date.now(), reads: 0 });
  keep(world.accounts, accountId, { enrollmentId, creates: 0 });
};

/** What a read of the enrollment says by now: the story's words in turn, the last of which stays. */
export const enrollmentWord = ({ accountId, reads }: Enrollment) => {
  const words = scenarioOf(accountId).behaves?.enrollment ?? (['success'] as const);
  return words[Math.min(Math.max(reads, 1), words.length) - 1] ?? words[0];
};

/** Counts a create call of an account. @returns which one it is, from 1 */
export const countCreate = (world: LocalSystem, accountId: string): number => {
  const account = world.accounts.get(accountId) ?? keep(world.accounts, accountId, { creates: 0 });
  account.creates += 1;
  return account.creates;
};

/** The enrollment by which an account may be validated, if it has one. */
export const readyEnrollment = (world: LocalSystem, accountId: string): Enrollment | undefined => {
  const enrollment = world.enrollments.get(world.accounts.get(accountId)?.enrollmentId ?? '');
  return enrollment && enrollmentWord(enrollment) === 'success' ? enrollment : undefined;
};

export const keepValidation = (world: LocalSystem, validation: Validation): void => {
  for (const { id, createdAt } of world.validations.values()) {
    if (validation.createdAt - createdAt < VALIDATION_LIFE_MS) break;
    world.validations.delete(id);
  }
  world.validations.set(validation.id, validation);
};

/** Works later, unless the sandbox is closed first. @returns the way to call it off */
export const later = (world: LocalSystem, ms: number, work: () => unknown): (() => void) => {
  if (world.closed) return () => {};
  const timer = setTimeout(() => {
    world.timers.delete(timer);
    work();
  }, ms);
  world.timers.add(timer);
  return () => {
    clearTimeout(timer);
    world.timers.delete(timer);
  };
};
