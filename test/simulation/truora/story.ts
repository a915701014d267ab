/** What Truora does with a call instead of answering it. `executed`: it did what it was asked to, and its answer is lost. */
export type Trouble =
  | { kind: 'refused' | 'dns' | 'tls' }
  | { kind: 'reset' | 'hang'; executed: boolean }
  /** Executed after the caller gave up. Seconds. */
  | { kind: 'zombie'; after: number }
  | { kind: 'status'; status: number; executed?: boolean; headers?: Record<string, string> }
  | { kind: 'garbage'; body: 'html' | 'empty' | 'huge' | 'half' }
  /** Answered rightly, after so many seconds. */
  | { kind: 'slow'; after: number }
  /** Of an upload: the line breaks after this share of the bytes; or a proxy swallows the rest and says 200. */
  | { kind: 'broken'; share: number }
  | { kind: 'truncated' }
  /** Of an upload: a success is answered when a part of it is here, and the rest is never taken. */
  | { kind: 'early' }
  /** Of an upload: nothing is taken, and a document says so under a success. */
  | { kind: 'error document'; body: string };

export type Operation = 'enrollment' | 'unenroll' | 'create' | 'list' | 'read' | 'upload';

/** How Truora ends a validation: the fields it lays over its answer. */
export type Ending = {
  validation_status: string;
  failure_status?: string;
  declined_reason?: string;
  expired_reason?: string;
  account_id?: string;
  validation_id?: string;
  threshold?: number;
  face?: Record<string, unknown>;
};

/** One call that Truora makes to us about a validation. Seconds after its decision, or after its creation. */
export type Sending = {
  event: 'created' | 'final';
  from: 'created' | 'decided';
  after: number;
  dress?: 'wrong key' | 'unsigned' | 'wrapper' | 'base64' | 'unknown validation' | 'batch';
};

/** What Truora may write otherwise than we sent or saw it, and mean the same (assumed, none of it seen). */
export type Forms = {
  /** The number of the threshold: in single precision, with one decimal, times a hundred, or the account's own one above it. */
  threshold?: 'single precision' | 'rounded' | 'percent' | 'the account’s own';
  /** The type, and the account on a person's list. */
  type?: string;
  account?: 'capitals';
  /** Dates without a zone, written by a clock so many hours east of UTC. */
  hoursEast?: number;
  /** The statuses in capitals. */
  words?: 'capitals';
  /** Numbers as texts. */
  numbers?: 'texts';
  /** Of a decision without sub-results. */
  details?: 'empty list';
  /** A byte-order mark before the JSON. */
  mark?: true;
};

/** How a person's list is answered: whole and under its name where nothing is said. */
export type Listing =
  /** Nothing is under its name, whether it exists or not. */
  | { kind: 'null' | 'nameless' | 'not found' }
  /** The rows stand under another name. */
  | { kind: 'elsewhere'; under: string }
  /** The first page holds no row; that there is more is written in an unknown form. */
  | { kind: 'paged'; more: Record<string, unknown> };

/** All that Truora will do in one system. Seconds. */
export type Story = {
  forms?: Forms;
  listing?: Listing;
  /** How long the list is answered so, from the system's beginning; always when left out. */
  listingEnds?: number;
  /** Troubles by operation, and the how-manieth call of it meets them; from 1. */
  troubles: Partial<Record<Operation, Record<number, Trouble>>>;
  ending: Ending;
  /** From the upload to the decision; undefined: never. */
  decidesAfter: number | undefined;
  webhooks: readonly Sending[];
  /** Reads and lists show the upload link again. */
  repeatsLink: boolean;
  /** A validation is listed so long after it was created. */
  listLag: number;
  /** What the enrollment reads as, look by look; the last stays. */
  enrollment: readonly ('success' | 'pending' | 'failure' | 'unknown' | 'other account')[];
  /** The list of the person's enrollments beside the one that is asked about; empty when left out. */
  others?: 'finished' | 'nonsense' | 'no answer';
  /** How far Truora's clock is ahead of ours. */
  skew: number;
  link: 'good' | 'private address' | 'http' | 'other host' | 'user info' | 'missing';
  /** When the upload link stops working, from the creation; its own timeout when left out. */
  linkLife?: number;
  /** The key is changed at this moment of the system; the secret follows some seconds later. */
  rotates?: { at: number; lag: number };
};

export const quietStory: Story = {
  troubles: {},
  ending: { validation_status: 'success' },
  decidesAfter: 4,
  webhooks: [
    { event: 'created', from: 'created', after: 0.3 },
    { event: 'final', from: 'decided', after: 0.5 },
  ],
  repeatsLink: true,
  listLag: 1,
  enrollment: ['success'],
  skew: 0,
  link: 'good',
};
