import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putMedia } from '../../infra/local/put-media.ts';
import type { CampaignView } from '../../shared/campaigns/view.ts';
import { fileOf, photo } from '../support/drops.ts';
import { openRunning, type Running } from '../support/running.ts';
import { waitFor } from '../support/wait-for.ts';

let running: Running;

/** A campaign that has ended, and one that is planned. */
let ended: CampaignView;

let planned: CampaignView;

const cli = (...argv: string[]) => running.cli(argv);

const HEADER = 'accountId,enrollmentId,mediaKey,userAuthorized';

/** Writes a manifest of people with media and enrollments, and of one without media. */
const manifestOf = async (name: string, accounts: readonly string[], header = HEADER): Promise<string> => {
  const rows = [];
  for (const accountId of accounts) {
    running.system.sandbox?.enroll({ accountId, enrollmentId: `ENR-${accountId}` });
    await putMedia(running.system, { key: `media/${accountId}.jpg`, file: fileOf(photo) });
    rows.push(`${accountId},ENR-${accountId},media/${accountId}.jpg,true`);
  }
  writeFileSync(join(running.folder, name), [header, ...rows, 'x,ENRx,media/absent.jpg,true', ''].join('\n'));
  return name;
};

const planOf = async (file: string, pace: string): Promise<CampaignView> => {
  const { code, out, err } = await cli('campaign', 'plan', file, '--purpose', 'default', '--pace', pace, '--json');
  expect([code, err]).toEqual([0, expect.stringContaining('is being planned')]);
  return JSON.parse(out);
};

const statusOf = async (id: string): Promise<CampaignView> =>
  JSON.parse((await cli('campaign', 'status', id, '--json')).out);

const until = (id: string, status: string) =>
  waitFor(async () => {
    const view = await statusOf(id);
    expect(view.status).toBe(status);
    return view;
  });

beforeAll(async () => {
  running = await openRunning({ config: { campaigns: true }, pace: 0.05 });
  const { campaignId } = await planOf(await manifestOf('first.csv', ['ana', 'luis', 'rosa-declined']), '50');
  await cli('campaign', 'start', campaignId);
  planned = await planOf(await manifestOf('second.csv', ['maria', 'diego']), '2');
  ended = await until(campaignId, 'ended');
}, 120_000);

afterAll(() => running.close());

describe('campaign plan', () => {
  test('says who can run, what it costs and when it ends, and its repeat is the same campaign', async () => {
    const { code, out } = await cli(
      'campaign',
      'plan',
      'second.csv',
      '--purpose',
      'default',
      '--pace',
      '2',
      '--vendor-price',
      '0.30',
    );
    expect(code).toBe(0);
    for (const part of [
      `${planned.campaignId} is planned`,
      'cannot run: media_gone 1',
      'rows that can run       2',
      'Truora, at most         0.60 USD',
      'the last row ends at about',
    ])
      expect(out).toContain(part);
    expect(planned).toMatchObject({ status: 'planned', pace: 2, counts: { rows: 3, runnable: 2, turns: 0 } });
  });

  test('of a manifest that is refused prints the reason and the line, and ends with 1', async () => {
    await manifestOf('refused.csv', [], `${HEADER},colour`);
    const { code, out } = await cli('campaign', 'plan', 'refused.csv', '--purpose', 'default');
    expect(code).toBe(1);
    expect(out).toMatch(/^CMP\w{32} is refused: The header has a column that is not known\. \(line 1\)/);
  });

  test.each<[string, string[], string]>([
    ['without a purpose', ['second.csv'], '--purpose'],
    ['at a pace that is none', ['second.csv', '--purpose', 'default', '--pace', 'fast'], '--pace'],
    ['at a pace above the fastest', ['second.csv', '--purpose', 'default', '--pace', '81'], '--pace'],
    ['at no pace', ['second.csv', '--purpose', 'default', '--pace', '0'], '--pace'],
    ['at a negative price', ['second.csv', '--purpose', 'default', '--vendor-price', '-1'], '--vendor-price'],
    ['of a file that is not there', ['absent.csv', '--purpose', 'default'], 'absent.csv'],
    ['of a folder', ['.', '--purpose', 'default'], 'there is no file'],
    ['of another kind of file', ['second.txt', '--purpose', 'default'], '.csv or .ndjson'],
    ['of no file', [], 'file'],
  ])('%s ends with 2 and names what is wrong', async (_, argv, named) => {
    writeFileSync(join(running.folder, 'second.txt'), HEADER);
    const { code, out, err } = await cli('campaign', 'plan', ...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(named);
  });

  test('for a purpose without a policy ends with 1 and the problem', async () => {
    expect(await cli('campaign', 'plan', 'second.csv', '--purpose', 'unknown')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('purpose_unknown'),
    });
  });
});

describe('campaign status', () => {
  test('shows the bar, the counts and what could not run', async () => {
    const { code, out } = await cli('campaign', 'status', ended.campaignId);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `${ended.campaignId} is ended`,
      `[${'#'.repeat(30)}] 3 of 3 rows (100 %), 50 a second`,
      '  approved 2, declined 1',
      '  cannot run: media_gone 1',
    ]);
  });

  test('prints it as JSON', () => {
    expect(ended).toMatchObject({ status: 'ended', counts: { ended: 3, byStatus: { approved: 2, declined: 1 } } });
  });

  test('of an unknown campaign ends with 1, and of an id that is none with 2', async () => {
    const unknown = await cli('campaign', 'status', `CMP${'0'.repeat(32)}`);
    expect(unknown).toMatchObject({ code: 1, out: '', err: expect.stringContaining('campaign_unknown') });
    expect(await cli('campaign', 'status', 'CMP1')).toMatchObject({ code: 2, err: expect.stringContaining('id: ') });
    expect((await cli('campaign', 'status')).code).toBe(2);
  });
});

describe('campaigns', () => {
  test('lists all, newest first, also as JSON', async () => {
    const { code, out } = await cli('campaigns');
    expect(code).toBe(0);
    const lines = out.split('\n');
    const at = (id: string) => lines.findIndex((line) => line.includes(id));
    expect(at(planned.campaignId)).toBeGreaterThanOrEqual(0);
    expect(at(ended.campaignId)).toBeGreaterThan(at(planned.campaignId));
    expect(lines[at(ended.campaignId)]).toMatch(/ended\s+3 of 3 rows$/);
    const listed = JSON.parse((await cli('campaigns', '--json')).out) as CampaignView[];
    expect(listed.map(({ campaignId }) => campaignId)).toContain(ended.campaignId);
  });
});

describe('campaign start, pause, resume and cancel', () => {
  test('do what they say, and are refused with 1 where the status does not allow them', async () => {
    const accounts = Array.from({ length: 24 }, (_, n) => `person-${n}`);
    // A turn each half second, and rows for twelve: the pause has that long to come before the last row.
    const { campaignId: id } = await planOf(await manifestOf('third.csv', accounts), '2');
    const does = async (control: string) => {
      const { code, out, err } = await cli('campaign', control, id);
      return [code, out.split('\n')[0] ?? '', err.split(':')[0] ?? ''];
    };
    expect(await does('pause')).toEqual([1, '', 'campaign_state']);
    expect(await does('resume')).toEqual([1, '', 'campaign_state']);
    expect(await does('start')).toEqual([0, `${id} is running`, '']);
    await waitFor(async () => expect((await statusOf(id)).counts.ended).toBeGreaterThan(0));
    expect((await does('pause'))[0]).toBe(0);
    const paused = await until(id, 'paused');
    expect(paused.counts.ended).toBeLessThan(24);
    expect(await does('start')).toEqual([1, '', 'campaign_state']);
    expect(await does('resume')).toEqual([0, `${id} is running`, '']);
    expect((await does('cancel'))[0]).toBe(0);
    const canceled = await until(id, 'canceled');
    expect(canceled.counts.ended).toBeGreaterThanOrEqual(paused.counts.ended);
    expect(await does('resume')).toEqual([1, '', 'campaign_state']);
  });

  test.each(['start', 'pause', 'resume', 'cancel'])(
    '"%s" refuses an id that is none, or is missing',
    async (control) => {
      expect(await cli('campaign', control, 'CMP1')).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining('id: '),
      });
      expect((await cli('campaign', control)).code).toBe(2);
    },
  );

  test('a start of a manifest that was overwritten ends with 1', async () => {
    const { campaignId, manifest } = await planOf(await manifestOf('fourth.csv', ['vera']), '1');
    await putMedia(running.system, { key: manifest.key, file: fileOf(Buffer.from('another')) });
    const started = await cli('campaign', 'start', campaignId);
    expect(started).toMatchObject({ code: 1, out: '', err: expect.stringContaining('manifest_changed') });
  });
});

describe('campaign results', () => {
  const read = (name: string) => readFileSync(join(running.folder, name), 'utf8');

  test('writes each row, the rows to run again and the errors, into files of their owner alone', async () => {
    const argv = ['--out', 'results.ndjson', '--retry', 'retry.csv', '--errors', 'errors.csv'];
    expect((await cli('campaign', 'results', ended.campaignId, ...argv)).code).toBe(0);
    const rows = read('results.ndjson')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ accountId, status, retry }) => [accountId, status, retry])).toEqual([
      ['ana', 'approved', false],
      ['luis', 'approved', false],
      ['rosa-declined', 'declined', false],
    ]);
    expect(read('retry.csv').split('\n')).toHaveLength(2);
    expect(read('errors.csv')).toContain('5,media,media_gone,');
    for (const name of ['results.ndjson', 'retry.csv', 'errors.csv'])
      expect(statSync(join(running.folder, name)).mode & 0o777).toBe(0o600);
  });

  test('of a campaign without results ends with 1, and without a file to write with 2', async () => {
    const none = await cli('campaign', 'results', planned.campaignId, '--out', 'none.ndjson');
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('there is no results.ndjson') });
    expect(await cli('campaign', 'results', ended.campaignId)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--out, --retry or --errors'),
    });
    expect((await cli('campaign', 'results', 'CMP1', '--out', 'x')).code).toBe(2);
  });
});
