import { ALWAYS, type Scenario } from './behaviour.ts';
import { envelope, gateway, json, type Reply, storeError } from './replies.ts';

const approved = { status: 'approved' } as const;

const failed = (reason: string) => ({ status: 'failed', reason }) as const;

const limited = (headers: Record<string, string> = {}) => envelope(429, 'Too many requests', headers);

const down = envelope(503, 'Service unavailable');

/** A load balancer's answer when its backend does not answer. */
const html = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>Truora will be back soon</h1></body></html>',
});

const broken: Reply = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"validation_status":"succ',
};

/**
 * 1 MB: about a hundred times the largest real answer, and four times what the client reads. Written as text, so that no process that
 * loads the scenarios serializes it.
 */
const huge: Reply = {
  ...json(200, {}),
  body: `{"validation_status":"success","padding":"${'x'.repeat(1_000_000)}"}`,
};

/** The address of a cloud's instance credentials. */
const unsafeLink = { file_upload_link: 'https://169.254.169.254/u/x?Expires=4102444800&Signature=x' };

/** Scenarios with a fault of the network, the gateway or the answer, in the order of the calls. */
export const failures: readonly Scenario[] = [
  {
    suffix: '-enrollment-down-2',
    story: 'The first two reads of the enrollment get a 503.',
    expected: approved,
    behaves: { faults: [{ on: 'enrollment', first: 2, answer: down }] },
  },
  {
    suffix: '-enrollment-limited',
    story: 'The first read of the enrollment gets a 429 with `Retry-After: 1`.',
    expected: approved,
    behaves: { faults: [{ on: 'enrollment', first: 1, answer: limited({ 'retry-after': '1' }) }] },
  },
  {
    suffix: '-unauthorized',
    story: 'Truora does not accept the key.',
    expected: failed('truora_unauthorized'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: gateway(401, 'Unauthorized') }] },
  },
  {
    suffix: '-forbidden',
    story: 'The gateway does not know the path: 403.',
    expected: failed('truora_unauthorized'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: gateway(403, 'Missing Authentication Token') }] },
  },
  {
    suffix: '-limited',
    story: 'The first two creates get a 429 without `Retry-After`.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 2, answer: limited() }] },
  },
  {
    suffix: '-limited-1',
    story: 'The first create gets a 429 with `Retry-After: 1`.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: limited({ 'retry-after': '1' }) }] },
  },
  {
    suffix: '-create-down',
    story: 'Every create call gets a 500, and nothing is created.',
    expected: failed('list_blind'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(500, 'Internal error') }] },
  },
  {
    suffix: '-create-swallowed',
    story: 'The connection breaks before the first create call is executed. It is repeated.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset' }] },
  },
  {
    suffix: '-create-late',
    story: 'The connection breaks, and the create call is executed half a second later.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset', executed: 'late' }] },
  },
  {
    suffix: '-create-lost',
    story: 'The validation is created, and the connection breaks before the answer.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset', executed: true }] },
  },
  {
    suffix: '-create-hung',
    story: 'The validation is created, and the answer never arrives.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'hang', executed: true }] },
  },
  {
    suffix: '-create-malformed',
    story: 'The validation is created, and the answer is a web page.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: html(200), executed: true }] },
  },
  {
    suffix: '-create-other-account',
    story: 'The created validation is for another person.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { created: (answer) => ({ ...answer, account_id: 'another-account' }) },
  },
  {
    suffix: '-create-rejected',
    story: 'Truora refuses the request.',
    expected: failed('truora_rejected'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(400, 'threshold is not allowed here') }] },
  },
  {
    suffix: '-create-conflict',
    story: 'Truora answers 409, a conflict.',
    expected: failed('truora_rejected'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(409, 'Conflict') }] },
  },
  {
    suffix: '-link-on-top',
    story: 'The upload link is in the field where enrollments have it.',
    expected: approved,
    behaves: { created: ({ instructions, ...answer }) => ({ ...answer, ...instructions }) },
  },
  {
    suffix: '-no-link',
    story: 'The validation is created without an upload link.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { created: (answer) => ({ ...answer, instructions: {} }) },
  },
  {
    suffix: '-unsafe-link',
    story: 'The upload link points into the private network.',
    expected: failed('upload_link_unsafe'),
    behaves: { created: (answer) => ({ ...answer, instructions: unsafeLink }) },
  },
  {
    suffix: '-upload-reset',
    story: 'The connection breaks during the first upload.',
    expected: approved,
    behaves: { faults: [{ on: 'upload', first: 1, answer: 'reset' }] },
  },
  {
    suffix: '-upload-lost',
    story: 'The upload arrives, the connection breaks before the answer, and the link is used up.',
    expected: approved,
    behaves: { faults: [{ on: 'upload', first: 1, answer: 'reset', executed: true }] },
  },
  {
    suffix: '-upload-refused',
    story: 'The link refuses the media, so Truora never gets it.',
    expected: { status: 'expired', reason: 'input_file_not_uploaded' },
    needs: { timeoutSeconds: 2 },
    behaves: { faults: [{ on: 'upload', first: ALWAYS, answer: storeError(403, 'AccessDenied', 'Access Denied') }] },
  },
  {
    suffix: '-down-2',
    story: 'The first two uploads and the first two polls get a 503.',
    expected: approved,
    behaves: {
      faults: [
        { on: 'upload', first: 2, answer: storeError(503, 'SlowDown', 'Please reduce your request rate') },
        { on: 'read', first: 2, answer: down },
      ],
    },
  },
  {
    suffix: '-limited-reads',
    story: 'The first two polls get a 429.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: limited() }] },
  },
  {
    suffix: '-gateway-2',
    story: "The first two polls get a load balancer's 504.",
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: html(504) }] },
  },
  {
    suffix: '-malformed',
    story: 'The first two polls get incomplete JSON.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: broken }] },
  },
  {
    suffix: '-huge',
    story: 'The first poll gets a megabyte.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 1, answer: huge }] },
  },
  {
    suffix: '-hung',
    story: 'The first poll gets no answer.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 1, answer: 'hang' }] },
  },
];
