import { type Answer, type Call, SendError } from '../../../shared/truora/http.ts';
import { clock, EPOCH } from '../virtual/clock.ts';
import { formed, listed, marked, othersOf } from './forms.ts';
import { sealed } from './signed-webhook.ts';
import type { Operation, Sending, Story, Trouble } from './story.ts';
import type { Vendor } from './transport.ts';

export const ORIGIN = 'https://api.validations.truora.com';

export const UPLOADS = 'https://files.truora.com';

/** Truora's own default, and what a validation's life is without a setting (documented). Seconds. */
const DEFAULT_TIMEOUT = 300;

/** What the charged object looks like from inside. */
export type Charged = {
  id: string;
  accountId: string;
  form: URLSearchParams;
  createdAt: number;
  expiresAt: number;
  uploads: { bytes: Buffer; at: number; cut: boolean }[];
  decidedAt: number | undefined;
};

const seconds = (count: number) => count * 1000;

const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const pause = (ms: number) => new Promise<void>((done) => clock.after(ms, done));

const never = () => new Promise<never>(() => {});

const garbage = {
  html: '<html><body><h1>Truora will be back soon</h1></body></html>',
  empty: '',
  huge: JSON.stringify({ padding: 'x'.repeat(300_000) }),
  half: '{"validation_id":"VLD00',
} as const;

const hosts: Record<Story['link'], string> = {
  good: UPLOADS,
  'private address': 'https://169.254.169.254',
  http: 'http://files.truora.com',
  'other host': 'https://files.truora.com.example.org',
  'user info': 'https://files.truora.com@example.org',
  missing: '',
};

export type Hooks = {
  /** The keys that Truora takes at this moment. */
  acceptsKey: (key: string | undefined) => boolean;
  webhookKey: string;
  /** Calls us: a webhook's body. */
  callUs: (body: string, isBase64: boolean, sending: Sending) => void;
  /** How many milliseconds a call takes. */
  latency: () => number;
  enrollments: ReadonlyMap<string, string>;
};

/**
 * Truora in virtual time: creates, lists, reads, takes uploads, decides and calls back, as the story of this system says. It
 * counts what it charges, and keeps what it was sent.
 */
export const vendorOf = (story: Story, { acceptsKey, webhookKey, callUs, latency, enrollments }: Hooks) => {
  const charged: Charged[] = [];
  const calls: Record<Operation, number> = { enrollment: 0, unenroll: 0, create: 0, list: 0, read: 0, upload: 0 };
  const refusedHosts: string[] = [];
  /** Enrollments that were deleted. */
  const unenrolled = new Set<string>();
  /** Calls to us that we would have to hear: ours, signed, of a validation of ours. */
  const sent = { created: 0, final: 0, forged: 0, strange: 0 };
  const now = () => clock.now() + seconds(story.skew);

  const call = (sending: Sending, of: Charged) => {
    const { body, isBase64 } = sealed(sending, { ...answerOf(of), validation_id: of.id }, webhookKey, now());
    const isForged = ['wrong key', 'unsigned'].includes(sending.dress ?? '');
    sent[isForged ? 'forged' : sending.dress === 'unknown validation' ? 'strange' : sending.event] += 1;
    callUs(body, isBase64, sending);
  };
  const callLater = (from: Sending['from'], of: Charged) => {
    for (const sending of story.webhooks) {
      // The verdict's own webhook leaves with the verdict, or with what a hurried sender takes for one.
      if (sending.from === from) clock.after(Math.max(1, seconds(sending.after)), () => call(sending, of));
    }
  };

  const create = (form: URLSearchParams): Charged => {
    const life = Number(form.get('timeout') ?? DEFAULT_TIMEOUT);
    const one: Charged = {
      id: `VLD${String(charged.length + 1).padStart(32, '0')}`,
      accountId: form.get('account_id') ?? '',
      form,
      createdAt: clock.now(),
      expiresAt: clock.now() + seconds(story.linkLife ?? life),
      uploads: [],
      decidedAt: undefined,
    };
    charged.push(one);
    callLater('created', one);
    return one;
  };

  const linkOf = ({ id, expiresAt }: Charged) => {
    const expires = Math.floor((expiresAt + seconds(story.skew)) / 1000);
    return `${hosts[story.link]}/u/${id}?Expires=${expires}&Signature=CANARY-LINK&Key-Pair-Id=K`;
  };

  const answerOf = (one: Charged, isListed = false) => formed(plainOf(one), story.forms, isListed);

  const plainOf = (one: Charged): Record<string, unknown> => {
    const { face, ...ending } = story.ending;
    const threshold = Number(one.form.get('threshold') ?? 0.65);
    const base = {
      validation_id: one.id,
      account_id: one.accountId,
      type: 'face-recognition',
      threshold,
      creation_date: new Date(one.createdAt + seconds(story.skew)).toISOString().replace('Z', '161454Z'),
    };
    if (one.decidedAt !== undefined) {
      const isCut = one.uploads.at(-1)?.cut;
      if (isCut)
        return {
          ...base,
          validation_status: 'failure',
          failure_status: 'declined',
          declined_reason: 'invalid_video_file',
        };
      const liveness = one.form.getAll('subvalidations').includes('passive_liveness')
        ? { passive_liveness_status: 'success' }
        : {};
      const good = { similarity_status: 'success', confidence_score: Math.max(0.97, threshold), ...liveness, ...face };
      return { ...base, ...ending, details: { face_recognition_validations: good } };
    }
    if (one.uploads.length === 0 && clock.now() >= one.expiresAt) {
      return {
        ...base,
        validation_status: 'failure',
        failure_status: 'expired',
        expired_reason: 'input_file_not_uploaded',
      };
    }
    const repeats = story.repeatsLink && story.link !== 'missing' && one.uploads.length === 0;
    return {
      ...base,
      validation_status: 'pending',
      ...(repeats ? { instructions: { file_upload_link: linkOf(one) } } : {}),
    };
  };

  const take = async (one: Charged, { body }: Call, trouble: Trouble | undefined): Promise<Answer> => {
    const chunks: Buffer[] = [];
    // In the place of the product's own transport, which takes no success for one that came before the last byte.
    if (trouble?.kind === 'early') throw new SendError('answered_too_early', 'maybe');
    if (typeof body === 'object') for await (const chunk of body.stream) chunks.push(Buffer.from(chunk));
    const all = Buffer.concat(chunks);
    if (trouble?.kind === 'broken') throw new SendError('ECONNRESET', 'maybe');
    if (trouble?.kind === 'error document') return { ...json(200, {}), body: trouble.body };
    if (one.uploads.length > 0) return json(409, { code: 'AlreadyUploaded' });
    if (clock.now() >= one.expiresAt) return json(403, { code: 'AccessDenied' });
    const cut = trouble?.kind === 'truncated';
    one.uploads.push({ bytes: all, at: clock.now(), cut });
    if (story.decidesAfter !== undefined) {
      clock.after(Math.max(1, seconds(story.decidesAfter)), () => {
        one.decidedAt = clock.now();
        callLater('decided', one);
      });
    }
    return json(200, {});
  };

  const operationOf = ({ method, url }: Call): Operation => {
    if (method === 'PUT') return 'upload';
    if (method === 'POST') return 'create';
    if (method === 'DELETE') return 'unenroll';
    if (url.pathname.includes('/enrollments/')) return 'enrollment';
    return url.pathname.includes('/accounts/') ? 'list' : 'read';
  };

  const execute = async (operation: Operation, asked: Call, trouble: Trouble | undefined): Promise<Answer> => {
    const id = decodeURIComponent(asked.url.pathname.split('/').at(operation === 'list' ? -2 : -1) ?? '');
    const known = charged.find((one) => one.id === id);
    if (operation === 'create') {
      const one = create(new URLSearchParams(String(asked.body)));
      const link = story.link === 'missing' ? {} : { instructions: { file_upload_link: linkOf(one) } };
      return json(200, { ...answerOf(one), ...link });
    }
    if (operation === 'list') {
      const due = charged.filter(
        (one) => one.accountId === id && one.createdAt + seconds(story.listLag) <= clock.now(),
      );
      const { status, body } = listed(
        due.map((one) => answerOf(one, true)),
        clock.now() < EPOCH + seconds(story.listingEnds ?? Number.POSITIVE_INFINITY) ? story.listing : undefined,
      );
      return json(status, body);
    }
    if (operation === 'unenroll') {
      unenrolled.add(id);
      return { ...json(204, {}), body: '' };
    }
    if (operation === 'enrollment') {
      const account_id = unenrolled.has(id) ? undefined : enrollments.get(id);
      const word = story.enrollment[Math.min(calls.enrollment, story.enrollment.length) - 1] ?? 'success';
      if (!account_id || word === 'unknown') return json(404, { code: 1404, http_code: 404, message: 'not found' });
      const other = word === 'other account';
      return json(200, {
        enrollment_id: id,
        account_id: other ? 'another-person' : account_id,
        status: other ? 'success' : word,
      });
    }
    if (!known) return json(404, { code: 1404, http_code: 404, message: 'not found' });
    return operation === 'upload' ? take(known, asked, trouble) : json(200, answerOf(known));
  };

  const answer = async (asked: Call): Promise<Answer> => {
    // A hint that decides nothing: it meets no trouble here and is counted nowhere.
    if (asked.url.pathname.endsWith('/enrollments')) {
      const accountId = decodeURIComponent(asked.url.pathname.split('/').at(-2) ?? '');
      return story.others === 'no answer' ? never() : json(200, othersOf(accountId, story.others));
    }
    const operation = operationOf(asked);
    calls[operation] += 1;
    if (operation === 'upload' && asked.url.origin !== UPLOADS) refusedHosts.push(asked.url.origin);
    const trouble = story.troubles[operation]?.[calls[operation]];
    if (trouble?.kind === 'refused') throw new SendError('ECONNREFUSED', 'no');
    if (trouble?.kind === 'dns') throw new SendError('ENOTFOUND', 'no');
    if (trouble?.kind === 'tls') throw new SendError('CERT_HAS_EXPIRED', 'no');
    await pause(trouble?.kind === 'slow' ? seconds(trouble.after) : latency());
    if (operation !== 'upload' && !acceptsKey(asked.headers['truora-api-key']))
      return json(401, { message: 'Unauthorized' });
    if (trouble?.kind === 'zombie') {
      clock.after(seconds(trouble.after), () => void execute(operation, asked, undefined));
      return never();
    }
    if (trouble?.kind === 'status') {
      if (trouble.executed) await execute(operation, asked, undefined);
      return json(trouble.status, { message: 'no' }, trouble.headers);
    }
    if ((trouble?.kind === 'reset' || trouble?.kind === 'hang') && !trouble.executed) {
      if (trouble.kind === 'hang') return never();
      throw new SendError('ECONNRESET', 'maybe');
    }
    const done = await execute(operation, asked, trouble);
    if (trouble?.kind === 'reset') throw new SendError('ECONNRESET', 'maybe');
    if (trouble?.kind === 'hang') return never();
    if (trouble?.kind === 'garbage') return { ...done, body: garbage[trouble.body] };
    return operation === 'upload' ? done : marked(done, story.forms);
  };

  const vendor: Vendor = { nameOf: (asked) => `${asked.method} ${operationOf(asked)}`, answer };
  return { vendor, charged, calls, unenrolled, sent, refusedHosts, call, answerOf };
};

export type TruoraInside = ReturnType<typeof vendorOf>;
