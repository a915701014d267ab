import { ALWAYS, type Scenario } from './behaviour.ts';
import { envelope, gateway, json, type Reply, storeError } from './replies.ts';

const approved = { status: 'approved' } as const;

const failed = (reason: string) => ({ status: 'failed', reason }) as const;

const limited = (headers: Record<string, string> = {}) => envelope(429, 'Too many requests', headers);

const down = envelope(503, 'Service unavailable');

/** What a load balancer says when nobody behind it answers. */
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

/** 1 MB: some hundred times the largest real answer, and four times what our client reads. */
const huge = json(200, { validation_status: 'success', padding: 'x'.repeat(1_000_000) });

/** The address at which clouds hand out credentials. */
const claimedElsewhere = { file_upload_link: 'https://169.254.169.254/u/x?Expires=4102444800&Signature=x' };

/** Stories in which the line, the gateway or the answer is at fault, in the order of the calls. */
export const failures: readonly Scenario[] = [
  {
    suffix: '-enrollment-down-2',
    story: 'The first two reads of the enrollment meet a 503.',
    expected: approved,
    behaves: { faults: [{ on: 'enrollment', first: 2, answer: down }] },
  },
  {
    suffix: '-enrollment-limited',
    story: 'The first read of the enrollment meets a 429 that asks for a second of patience.',
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
    story: 'The gateway knows no such path, and says so with a 403.',
    expected: failed('truora_unauthorized'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: gateway(403, 'Missing Authentication Token') }] },
  },
  {
    suffix: '-limited',
    story: 'The first two creates meet a 429 that does not say how long to wait.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 2, answer: limited() }] },
  },
  {
    suffix: '-limited-1',
    story: 'The first create meets a 429 that asks for a second of patience.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: limited({ 'retry-after': '1' }) }] },
  },
  {
    suffix: '-create-down',
    story: 'Every create call meets a 500, and nothing was created.',
    expected: failed('list_blind'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(500, 'Internal error') }] },
  },
  {
    suffix: '-create-swallowed',
    story: 'The line breaks before the first create call is executed: it is not found, and made once more.',
    expected: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset' }] },
  },
  {
    suffix: '-create-late',
    story: 'The line breaks, and the create call is executed half a second later.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset', executed: 'late' }] },
  },
  {
    suffix: '-create-lost',
    story: 'The validation is created, and the line breaks before the answer.',
    expected: failed('creation_unconfirmed'),
    expectedIfRepeated: approved,
    behaves: { faults: [{ on: 'create', first: 1, answer: 'reset', executed: true }] },
  },
  {
    suffix: '-create-hung',
    story: 'The validation is created, and the answer never comes.',
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
    behaves: { created: (answer) => ({ ...answer, account_id: 'somebody-else' }) },
  },
  {
    suffix: '-create-rejected',
    story: 'Truora refuses the request.',
    expected: failed('truora_rejected'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(400, 'threshold is not allowed here') }] },
  },
  {
    suffix: '-create-conflict',
    story: 'Truora says that the request is in conflict with another.',
    expected: failed('truora_rejected'),
    behaves: { faults: [{ on: 'create', first: ALWAYS, answer: envelope(409, 'Conflict') }] },
  },
  {
    suffix: '-link-on-top',
    story: 'The upload link stands where enrollments have theirs.',
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
    behaves: { created: (answer) => ({ ...answer, instructions: claimedElsewhere }) },
  },
  {
    suffix: '-upload-reset',
    story: 'The line breaks in the middle of the first upload.',
    expected: approved,
    behaves: { faults: [{ on: 'upload', first: 1, answer: 'reset' }] },
  },
  {
    suffix: '-upload-lost',
    story: 'The upload is taken whole, the line breaks before the answer, and the link is spent.',
    expected: approved,
    behaves: { faults: [{ on: 'upload', first: 1, answer: 'reset', executed: true }] },
  },
  {
    suffix: '-upload-refused',
    story: 'The link takes no media, so that Truora waits for it in vain.',
    expected: { status: 'expired', reason: 'input_file_not_uploaded' },
    needs: { timeoutSeconds: 2 },
    behaves: { faults: [{ on: 'upload', first: ALWAYS, answer: storeError(403, 'AccessDenied', 'Access Denied') }] },
  },
  {
    suffix: '-down-2',
    story: 'The first two uploads and the first two looks meet a 503.',
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
    story: 'The first two looks meet a 429.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: limited() }] },
  },
  {
    suffix: '-gateway-2',
    story: "The first two looks meet a load balancer's 504.",
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: html(504) }] },
  },
  {
    suffix: '-malformed',
    story: 'The first two looks are answered with half a JSON.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 2, answer: broken }] },
  },
  {
    suffix: '-huge',
    story: 'The first look is answered with a megabyte.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 1, answer: huge }] },
  },
  {
    suffix: '-hung',
    story: 'The first look is never answered.',
    expected: approved,
    behaves: { faults: [{ on: 'read', first: 1, answer: 'hang' }] },
  },
];
