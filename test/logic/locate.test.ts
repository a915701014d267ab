import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pointSdkAt } from '../../infra/local/credentials.ts';
import { dynamo } from '../../shared/aws/clients.ts';
import type { Ticket } from '../../shared/domain/api.ts';
import { claimIdOf, unclaimedCaseOf } from '../../shared/domain/case-id.ts';
import type { Intake } from '../../shared/domain/intake.ts';
import { policyVersionOf } from '../../shared/domain/policy.ts';
import { locate, locateUnclaimed, throwIfAlreadyClaimed } from '../../shared/logic/locate.ts';
import { commandsSent } from '../support/commands-sent.ts';
import {
  BUCKET,
  type callOf,
  executionOf,
  newPerson,
  newRevalidationId,
  newValidationId,
  thrownBy,
} from '../support/journal.ts';
import { jpeg } from '../support/media.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { callIntake, dropIntake, storeTicket, TICKET_EXECUTION } from '../support/tickets.ts';
import { listen } from '../support/truora.ts';

const policies = { default: { minimumThreshold: 0.6 } };

const THEIRS = executionOf('theirs');

let open: OpenTable;

let commands: ReturnType<typeof commandsSent>;

let s3: Awaited<ReturnType<typeof listen>>;

/** The versions that S3 lists, the newest first. All have one content. */
let versions: { key: string; version: string }[];

/** The version that S3 reads; undefined for none. */
let object: { versionId: string | undefined; metadata?: Record<string, string> } | undefined;

const JPEG = jpeg();

const CONSENT = { 'x-amz-meta-user-authorized': 'true' };

beforeAll(async () => {
  open = await openTable();
  commands = commandsSent(dynamo());
  s3 = await listen((response, { method, headers }) => {
    if (headers.range) {
      if (!object) return response.writeHead(404).end();
      const { versionId = 'null', metadata = {} } = object;
      response.writeHead(206, {
        etag: '"e"',
        'x-amz-version-id': versionId,
        'content-range': `bytes 0-${JPEG.length - 1}/${JPEG.length}`,
        ...metadata,
      });
      return response.end(JPEG);
    }
    if (method === 'HEAD') {
      return response.writeHead(200, { etag: '"one"', 'content-length': '4', ...CONSENT }).end();
    }
    const listed = versions.map(
      ({ key, version }) =>
        `<Version><Key>${key}</Key><VersionId>${version}</VersionId><Size>4</Size><ETag>"one"</ETag></Version>`,
    );
    response.writeHead(200, { 'content-type': 'application/xml' });
    return response.end(`<ListVersionsResult>${listed.join('')}</ListVersionsResult>`);
  });
  pointSdkAt({ S3: s3.origin });
});

afterAll(() => {
  s3.close();
  open.close();
});

beforeEach(() => {
  commands.clear();
  s3.heard.length = 0;
  versions = [];
  object = undefined;
});

/** A key of a drop without a ticket. */
const keyOf = ({ accountId, enrollmentId } = newPerson()) => `inbox/${accountId}/${enrollmentId}/selfie.jpg`;

const storeRecord = (revalidationId: string, more: Record<string, unknown> = {}) =>
  open.putItem({
    pk: `RUN#${revalidationId}`,
    revalidationId,
    owner: THEIRS,
    phase: 'moved',
    claimedAt: '2026-11-23T12:00:00.000Z',
    trail: [],
    ...more,
  });

describe('the case of a request that is about to claim it', () => {
  /** Where the case is found, and its id. The request is read in this version. */
  const find = async (intake: Intake, versionId: string | undefined) => {
    object = { versionId, metadata: intake.kind === 'drop' ? CONSENT : {} };
    const mediaLimits = { minPixels: 100, maxSeconds: 60 };
    const settings = { ledger: open.ledger, policies, mediaLimits, resultMode: 'callback' as const };
    return locate(settings, intake);
  };

  /** The lists and heads that S3 was asked for. */
  const compared = () => s3.heard.filter(({ headers }) => !headers.range);

  test('belongs to the ticket that the drop was entered on', async () => {
    const { key, id, item } = await storeTicket(open);
    expect(await find(dropIntake(key, 'v1'), 'v1')).toMatchObject({ by: 'ticket', revalidationId: id });
    expect(commands.sent).toEqual(['UpdateItem']);
    expect(await item()).toMatchObject({ droppedAs: 'v1' });
    expect(compared()).toEqual([]);
  });

  test('belongs to the ticket that a call joins, entered by its version or its content', async () => {
    for (const [versionId, droppedAs] of [
      ['v1', 'v1'],
      [undefined, 'e'],
    ] as const) {
      const { ticket, key, id, item } = await storeTicket(open);
      const { accountId, enrollmentId } = ticket;
      const intake = callIntake({ accountId, enrollmentId, media: { key }, options: { threshold: 0.7 } });
      const found = await find(intake, versionId);
      expect(found).toMatchObject({ by: 'joined', revalidationId: id, request: { media: { key } } });
      expect(await item()).toMatchObject({ droppedAs });
    }
  });

  test('belongs to the original of a copy, which is entered on its record', async () => {
    const key = keyOf();
    const original = claimIdOf(dropIntake(key, 'v1'), 'v1');
    await storeRecord(original, { media: { bucket: BUCKET, key, etag: 'one', bytes: 4, type: 'image/jpeg' } });
    versions = ['v2', 'v1'].map((version) => ({ key, version }));
    expect(await find(dropIntake(key, 'v2'), 'v2')).toMatchObject({
      by: 'original',
      revalidationId: original,
      request: { media: { versionId: 'v2' } },
    });
    expect(await open.item(`RUN#${original}`)).toMatchObject({ copies: new Set(['v2']) });
  });

  test('follows from person and version for any other drop, and S3 is asked about a possible copy alone', async () => {
    const key = keyOf();
    const first = dropIntake(key, 'v1');
    expect(await find(first, 'v1')).toMatchObject({ by: 'hash', revalidationId: claimIdOf(first, 'v1') });
    expect(compared()).toHaveLength(1);
    const upload = dropIntake(key, 'v2', 'PutObject');
    expect(await find(upload, 'v2')).toMatchObject({ by: 'hash', revalidationId: claimIdOf(upload, 'v2') });
    const unversioned = dropIntake(key, undefined);
    expect(await find(unversioned, undefined)).toMatchObject({
      by: 'hash',
      revalidationId: claimIdOf(unversioned, 'e'),
    });
    expect(compared()).toHaveLength(1);
  });

  test('comes with the request as it was read: its details as they are sent, and its media', async () => {
    const intake = callIntake({ media: { key: 'media/selfie.jpg' }, calledBy: 'iam:ana' });
    const { idempotencyKey, request } = await find(intake, 'v1');
    expect(idempotencyKey).toBeUndefined();
    expect(request?.details).toEqual({
      accountId: intake.person.accountId,
      enrollmentId: intake.person.enrollmentId,
      userAuthorized: true,
      requested: { threshold: 0.6, subvalidations: ['similarity'] },
      resultMode: 'callback',
      purpose: 'default',
      policyVersion: policyVersionOf({ minimumThreshold: 0.6 }),
      calledBy: 'iam:ana',
    });
    const media = { bucket: BUCKET, key: 'media/selfie.jpg', versionId: 'v1', etag: 'e' };
    expect(request?.media).toEqual({ ...media, bytes: JPEG.length, type: 'image/jpeg' });
  });

  test('belongs to the idempotency key of a call, and its media is not read', async () => {
    const key = newValidationId();
    const intake = callIntake({ media: { key: 'media/selfie.jpg' }, idempotencyKey: key });
    const { idempotencyKey } = await find(intake, 'v1');
    expect(idempotencyKey).toMatchObject({ scope: 'workflow', key });
    const revalidationId = newRevalidationId();
    await storeRecord(revalidationId);
    await open.putItem({ pk: `KEY#workflow#${key}`, revalidationId, body: idempotencyKey?.body });
    s3.heard.length = 0;
    expect(await find(intake, 'v2')).toEqual({ by: 'key', revalidationId, idempotencyKey });
    expect(s3.heard).toEqual([]);
  });
});

describe('the case of a request that never became a claim', () => {
  test('belongs to the ticket that a drop came first on', async () => {
    const { ticket, key } = await storeTicket(open, { droppedAs: 'v1', reference: 'case-7' });
    const { revalidationId, accountId, enrollmentId } = ticket;
    const expected = { revalidationId, accountId, enrollmentId, reference: 'case-7' };
    expect(await locateUnclaimed(open.table, dropIntake(key, 'v1'))).toEqual(expected);
    const later = dropIntake(key, 'v2');
    expect(await locateUnclaimed(open.table, later)).toEqual(unclaimedCaseOf(later));
  });

  test('belongs to the ticket that a call of the API was promised', async () => {
    const media = { key: 'media/selfie.jpg' };
    const { id } = await storeTicket(open, { media });
    const intake = callIntake({ media }, executionOf(id));
    expect(await locateUnclaimed(open.table, intake)).toMatchObject({ revalidationId: id });
  });

  test.each(['already_asked_otherwise', 'answer_too_old'])(
    'stays a case of its own after %s, with any ticket',
    async (reason) => {
      const { key } = await storeTicket(open, { droppedAs: 'v1' });
      const intake = dropIntake(key, 'v1');
      expect(await locateUnclaimed(open.table, intake, reason)).toEqual(unclaimedCaseOf(intake, reason));
      expect(commands.sent).toEqual([]);
    },
  );

  test('stays the same for all refused uploads of a key', async () => {
    const { key } = await storeTicket(open, { droppedAs: 'v1' });
    const [one, other] = [dropIntake(key, 'v2'), dropIntake(key, 'v3')];
    const found = await locateUnclaimed(open.table, one, 'too_many_uploads');
    expect(found).toEqual(await locateUnclaimed(open.table, other, 'too_many_uploads'));
    expect(found).not.toEqual(await locateUnclaimed(open.table, one));
  });
});

describe('a request whose media is gone', () => {
  const check = (intake: Intake, ticket?: Ticket) => throwIfAlreadyClaimed(open.ledger, intake, { ticket, policies });

  const decided = { name: 'AlreadyDecidedError', reason: 'already_decided' };

  const approved = { phase: 'approved' };

  const requested = { threshold: 0.7, subvalidations: ['similarity'] };

  /** A call about an object outside the inbox, and the id of its case. */
  const call = (more: Parameters<typeof callOf>[0] = {}) => {
    const intake = callIntake({ media: { key: 'media/selfie.jpg', versionId: 'v1' }, ...more });
    return { intake, id: claimIdOf(intake, 'v1'), enrollmentId: intake.person.enrollmentId };
  };

  test('gets the outcome of its case, as a drop and as a call', async () => {
    const drop = dropIntake(keyOf(), 'v1');
    await storeRecord(claimIdOf(drop, 'v1'), { ...approved, ...drop.person, requested });
    expect(await thrownBy(check(drop))).toEqual(decided);
    const { intake, id, enrollmentId } = call({ options: { threshold: 0.7 } });
    await storeRecord(id, { ...approved, enrollmentId, requested });
    expect(await thrownBy(check(intake))).toEqual(decided);
  });

  test('learns of another execution that works on its case, and goes on with an open one of its own', async () => {
    const drop = dropIntake(keyOf(), 'v1');
    const id = claimIdOf(drop, 'v1');
    await storeRecord(id);
    expect(await thrownBy(check(drop))).toMatchObject({ name: 'ClaimedElsewhereError' });
    await storeRecord(id, { owner: TICKET_EXECUTION });
    expect(await check(drop)).toBeUndefined();
  });

  test('gets no outcome of a case that asked something else', async () => {
    const { intake, id, enrollmentId } = call({ options: { threshold: 0.9 } });
    await storeRecord(id, { ...approved, enrollmentId, requested });
    expect(await check(intake)).toBeUndefined();
    await storeRecord(id, { ...approved, enrollmentId: 'ENR0123456789abcdef', requested: { threshold: 0.9 } });
    expect(await check(intake)).toBeUndefined();
  });

  test('gets none where no case is known, nor where it names no version or no person', async () => {
    expect(await check(dropIntake(keyOf(), 'v1'))).toBeUndefined();
    commands.clear();
    const { intake } = call({ media: { key: 'media/selfie.jpg' } });
    expect(await check(intake)).toBeUndefined();
    expect(await check(dropIntake('inbox/selfie.jpg', 'v1'))).toBeUndefined();
    expect(commands.sent).toEqual([]);
  });

  test('fails when its threshold is below the policy', async () => {
    const { intake } = call({ options: { threshold: 0.5 } });
    expect(await thrownBy(check(intake))).toMatchObject({ reason: 'threshold_below_policy' });
  });

  test('gets the outcome of the ticket that it was entered on, or that its version came first on', async () => {
    const { ticket, key, id } = await storeTicket(open, { droppedAs: 'v1' });
    const { accountId, enrollmentId } = ticket;
    await storeRecord(id, { ...approved, enrollmentId, requested });
    expect(await thrownBy(check(dropIntake(key, 'v2'), ticket))).toEqual(decided);
    const own = { accountId, enrollmentId, media: { key, versionId: 'v1' }, options: { threshold: 0.7 } };
    expect(await thrownBy(check(callIntake(own)))).toEqual(decided);
    expect(await check(callIntake({ ...own, media: { key, versionId: 'v2' } }))).toBeUndefined();
  });

  test('gets none of the ticket when it is forced or about another person', async () => {
    const { ticket, key, id } = await storeTicket(open, { droppedAs: 'v1' });
    const { accountId, enrollmentId } = ticket;
    await storeRecord(id, { ...approved, enrollmentId, requested });
    const own = { accountId, enrollmentId, media: { key, versionId: 'v1' }, options: { threshold: 0.7 } };
    expect(
      await check(callIntake({ ...own, forceNew: { reason: 'new consent' }, idempotencyKey: 'k' })),
    ).toBeUndefined();
    expect(await check(callIntake({ ...own, accountId: 'another' }))).toBeUndefined();
  });
});
