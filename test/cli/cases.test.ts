import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfie } from '../support/commands.ts';
import { dropBy, openRunning, type Running } from '../support/running.ts';

const UNKNOWN = `RVL${'0'.repeat(32)}`;

let running: Running;

const cli = (...argv: string[]) => running.cli(argv);

/** Drops the selfie for a person, and waits for the outcome. @returns the id of the re-validation */
const ended = async (account: string, more: string[] = []): Promise<string> =>
  (await dropBy(running, account, ...more)).revalidationId;

beforeAll(async () => {
  running = await openRunning();
}, 60_000);

afterAll(() => running.close());

describe('drop', () => {
  const words = [selfie, '--account', 'ana', '--enrollment', 'ENR1', '--authorized'];

  test('prints the id of the re-validation that the drop starts', async () => {
    const { code, out } = await cli('drop', ...words, '--json');
    const { revalidationId, versionId } = JSON.parse(out);
    await (await running.system.executionOf(versionId)).ended;
    expect([code, (await running.system.record(revalidationId))?.outcome?.status]).toEqual([0, 'approved']);
  });

  test('waits for the outcome with --wait, and ends with its code', async () => {
    const approved = await cli('drop', ...words, '--wait');
    expect([approved.code, approved.out]).toEqual([0, expect.stringMatching(/^approved, similarity 0\.97/)]);
    const declined = await cli(
      'drop',
      selfie,
      '--account',
      'ana-declined',
      '--enrollment',
      'ENR2',
      '--authorized',
      '--wait',
    );
    expect([declined.code, declined.out]).toEqual([1, expect.stringMatching(/^declined, reason similarity/)]);
  });

  test('reads the media from stdin for -', async () => {
    const argv = ['drop', '-', ...words.slice(1), '--wait'];
    expect(await running.cli(argv, { stdin: readFileSync(selfie) })).toMatchObject({ code: 0 });
  });

  test('refuses --force-new, and drops nothing', async () => {
    expect(await cli('drop', ...words, '--force-new', 'again')).toMatchObject({
      code: 2,
      err: '--force-new: each drop is a new case, so it has no use here (--help shows how)',
    });
  });
});

describe('enroll', () => {
  test('registers an enrollment at the sandbox, so that another account is refused', async () => {
    expect(await cli('enroll', 'luis', 'ENR-of-luis')).toMatchObject({
      code: 0,
      out: 'enrollment ENR-of-luis belongs to account luis',
    });
    const { out } = await cli('call', 'GET', '/accounts/luis/revalidations');
    expect(JSON.parse(out)).toEqual({ revalidations: [] });
  });

  test.each([
    [['..', 'ENR1'], 'account: must not be only dots'],
    [['a', 'ENR/1'], 'enrollment: must be 1 to 128 of A-Z a-z 0-9 _ -'],
  ])('refuses %j', async (argv, line) => {
    expect(await cli('enroll', ...argv)).toMatchObject({ code: 2, err: `${line} (--help shows how)` });
  });
});

describe('show', () => {
  test('shows a case in lines, and its whole record as JSON', async () => {
    const id = await ended('show-ana', ['--reference', 'case 7']);
    const { code, out } = await cli('show', id);
    expect(code).toBe(0);
    expect(out).toMatch(/^phase +approved$/m);
    expect(out).toMatch(/^reference +case 7$/m);
    expect(out).toMatch(/^execution +arn:aws:states:/m);
    const record = JSON.parse((await cli('show', id, '--json')).out);
    expect(record).toMatchObject({ revalidationId: id, phase: 'approved', attempts: [{ result: 'created' }] });
    expect(JSON.stringify(record)).not.toContain('uploadLink');
  });

  test('shows a promise whose media was not uploaded yet', async () => {
    const body = { accountId: 'show-luis', enrollmentId: 'ENR1', userAuthorized: true, upload: { type: 'image/jpeg' } };
    const started = await cli('call', 'POST', '/revalidations', '--body', JSON.stringify(body));
    const { revalidationId } = JSON.parse(started.out);
    expect((await cli('show', revalidationId)).out).toMatch(/^phase +awaiting_upload$/m);
    expect((await cli('explain', revalidationId)).out).toContain('an upload form was issued for account show-luis');
  });
});

describe.each(['show', 'explain', 'cancel', 'announce'])('%s', (name) => {
  test('refuses an id that is none, and says so of an unknown one', async () => {
    expect(await cli(name, 'RVL1')).toMatchObject({
      code: 2,
      out: '',
      err: 'id: must be RVL and 32 hex digits (--help shows how)',
    });
    const unknown = await cli(name, UNKNOWN);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toContain(`id: there is no re-validation ${UNKNOWN}`);
  });
});

describe('cases', () => {
  test('lists the cases of a person, newest first, and filters them', async () => {
    const first = await ended('list-ana-declined');
    const second = await ended('list-ana-declined');
    const all = await cli('cases', '--account', 'list-ana-declined', '--json');
    const ids = all.out.split('\n').map((line) => JSON.parse(line).revalidationId);
    expect([all.code, ids]).toEqual([0, [second, first]]);
    const one = await cli('cases', '--account', 'list-ana-declined', '--status', 'declined', '--limit', '1');
    expect(one.out).toMatch(new RegExp(`UTC  ${second}  declined/similarity_threshold_not_passed +list-ana-declined$`));
    expect(await cli('cases', '--account', 'list-ana-declined', '--status', 'open')).toMatchObject({
      code: 1,
      out: '',
      err: 'no case matches',
    });
  });

  test('lists the cases of all persons since a time', async () => {
    const id = await ended('list-luis');
    expect((await cli('cases', '--since', '10m')).out).toContain(id);
    expect((await cli('cases', '--since', 'today', '--limit', '1')).out.split('\n')).toHaveLength(1);
  });

  test.each([
    [['--limit', '0'], '--limit: must be 1 to 10000'],
    [['--status', 'good'], '--status: must be one of open, claimed'],
    [['--since', 'monday'], '--since: must be a day, a time'],
    [['--account', '..'], '--account: must not be only dots'],
  ])('refuses %j', async (argv, line) => {
    const { code, err } = await cli('cases', ...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(line)]);
  });
});

describe('explain', () => {
  test('tells an approval: what happened when, and that nothing is to be done', async () => {
    const { out } = await cli('explain', await ended('tell-ana'));
    expect(out).toMatch(/UTC: a drop asked for account tell-ana, enrollment ENR-tell-ana\.$/m);
    expect(out).toMatch(/UTC: Truora created validation VLD\w+, which is charged\./);
    expect(out).toMatch(/UTC: it ended as approved with similarity 0\.97, threshold 0\.65;/);
    expect(out).toMatch(/What can be done: Nothing: the person is verified\.$/);
  });

  test('tells a refusal with its reason, its meaning and its remedy', async () => {
    const { out } = await cli('explain', await ended('tell-enrollment-failure'));
    expect(out).toMatch(/^Why: enrollment_failed\. The person has no finished enrollment under this id\./m);
    expect(out).toMatch(/^What can be done: Check the ids, or enroll the person\.$/m);
    expect(out).not.toContain('charged');
  });
});

describe('call', () => {
  test('signs the call, prints the answer, and ends with 1 when the API refuses it', async () => {
    const { code, out, err } = await cli('call', 'get', '/accounts/ana/revalidations?limit=1');
    expect([code, err, JSON.parse(out).revalidations.length]).toEqual([
      0,
      'GET /accounts/ana/revalidations?limit=1: 200',
      1,
    ]);
    const refused = await cli('call', 'POST', '/revalidations', '--body', '{}');
    expect([refused.code, JSON.parse(refused.out).code]).toEqual([1, 'consent_missing']);
  });

  test('reads the body from stdin for -', async () => {
    const argv = ['call', 'POST', '/revalidations', '--body', '-'];
    const { err } = await running.cli(argv, { stdin: '{"accountId":"ana"}' });
    expect(err).toBe('POST /revalidations: 422');
  });

  test.each([
    [['FETCH', '/a'], 'method: must be one of GET'],
    [['GET', 'a'], 'path: must begin with one /'],
    [['GET', '//evil.example/a'], 'path: must begin with one /'],
    [['POST', '/revalidations', '--body', '{'], '--body: must be JSON'],
    [['POST', '/revalidations', '--body', '@none.json'], '--body: none.json cannot be read (ENOENT)'],
  ])('refuses %j', async (argv, line) => {
    const { code, err } = await cli('call', ...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(line)]);
  });
});

describe('today', () => {
  test('counts the cases of today by status and reason', async () => {
    await ended('count-declined');
    const numbers = JSON.parse((await cli('today', '--json')).out);
    expect(numbers.ended.declined.similarity_threshold_not_passed).toBeGreaterThan(0);
    expect((await cli('today')).out).toMatch(/^declined +\d+\n {2}similarity_threshold_not_passed +\d+$/m);
    expect(JSON.parse((await cli('today', '--since', '2100-01-01', '--json')).out).total).toBe(0);
  });
});

describe('spend', () => {
  test('counts the ledger of the running local system when none is named', async () => {
    await ended('spend-ana');
    const { out, err } = await cli('spend', '--json', '--from', 'today');
    expect([JSON.parse(out).charges > 0, err]).toEqual([true, 'the ledger of the running local system']);
  });
});
