import { describe, expect } from 'vitest';
import { type PlanSettings, readRows } from '../../shared/campaigns/plan.ts';
import { PlannedRow } from '../../shared/campaigns/row.ts';
import { beginRevocation } from '../../shared/consent/receipts.ts';
import { given } from '../support/consent.ts';
import { photo } from '../support/drops.ts';
import { BUCKET, newPerson } from '../support/journal.ts';
import { type LocalAws, standIn } from '../support/local-aws.ts';
import { planning, planToEnd } from '../support/planned.ts';
import { CALLER } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('ReadManifest', { media: true, truora: true });

test.beforeEach(({ aws }) => aws.putItem({ pk: 'GATE#truora' }));

const HEADER = 'accountId,enrollmentId,mediaKey,userAuthorized';

type Person = ReturnType<typeof newPerson>;

/** A person with an enrollment and media. @param folder where the media is */
const ready = async (aws: LocalAws, suffix = '', folder = 'media'): Promise<Person & { key: string }> => {
  const person = newPerson(suffix);
  await aws.enroll(person);
  const { key } = await aws.put(`${folder}/${person.accountId}.jpg`, photo);
  return { ...person, key };
};

const line = ({ accountId, enrollmentId, key }: Person & { key: string }): string =>
  `${accountId},${enrollmentId},${key},true`;

const linesOf = (text: string | undefined): string[] => (text ?? '').split('\n').filter(Boolean);

describe('a plan', () => {
  test('leaves the rows that can run with the version of their media, and one line for each of the others', async ({
    aws,
  }) => {
    const [good, gone, unknown] = [await ready(aws), await ready(aws), newPerson()];
    const media = await aws.put('media/unknown.jpg', photo);
    const rows = [
      line(good),
      line({ ...gone, key: 'media/never.jpg' }),
      `${unknown.accountId},${unknown.enrollmentId},${media.key},true`,
      line(good),
    ];
    const {
      campaign,
      errors,
      rows: planned,
    } = await planToEnd(aws, await planning(aws, [HEADER, ...rows, ''].join('\n')));
    expect(campaign).toMatchObject({
      status: 'planned',
      rows: 4,
      runnable: 1,
      refusals: { media_gone: 1, enrollment_unknown: 1, request_invalid: 1 },
      manifest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const [row, ...more] = linesOf(planned).map((one) => PlannedRow.parse(JSON.parse(one)));
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      line: 2,
      request: { ...{ accountId: good.accountId, enrollmentId: good.enrollmentId }, media: { key: good.key } },
    });
    expect(row?.request.media?.versionId).toBeTruthy();
    expect(linesOf(errors).map((one) => one.split(',').slice(0, 3).join(' '))).toEqual([
      'line field reason',
      '5 rowKey request_invalid',
      '3 media media_gone',
      expect.stringMatching(/^4 \w+ enrollment_unknown$/),
    ]);
    for (const value of [gone.accountId, unknown.accountId, unknown.enrollmentId, 'never.jpg'])
      expect(errors).not.toContain(value);
  });

  test('makes no call at Truora but reads', async ({ aws }) => {
    const people = [await ready(aws), await ready(aws, '-declined'), { ...newPerson(), key: 'media/none.jpg' }];
    const { origin } = aws.sandbox;
    const truora = await standIn(async ({ method, path, headers }) => {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: { 'truora-api-key': String(headers['truora-api-key']) },
      });
      return { status: answer.status, body: await answer.text() };
    });
    process.env.TRUORA_ORIGIN = truora.origin;
    try {
      const { campaign } = await planToEnd(aws, await planning(aws, [HEADER, ...people.map(line), ''].join('\n')));
      expect(campaign).toMatchObject({ status: 'planned', runnable: 2 });
      expect(truora.asked.length).toBeGreaterThanOrEqual(2);
      expect(truora.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    } finally {
      process.env.TRUORA_ORIGIN = origin;
      await truora.close();
    }
  });

  test('goes on where its time was over, and finds the same', async ({ aws }) => {
    const people = await Promise.all(Array.from({ length: 45 }, () => ready(aws)));
    const manifest = [HEADER, ...people.map(line), 'x,ENRx,media/none.jpg,true', ''].join('\n');
    // Less than a group of rows needs: each call ends after its first one.
    const { campaign, rows, errors } = await planToEnd(aws, await planning(aws, manifest), 80_000);
    expect(campaign).toMatchObject({ status: 'planned', rows: 46, runnable: 45 });
    expect(linesOf(rows).map((one) => JSON.parse(one).line)).toEqual(people.map((_, n) => n + 2));
    expect(linesOf(errors)).toHaveLength(2);
  });

  test('reads the version that was planned, also when the manifest was overwritten since', async ({ aws }) => {
    const good = await ready(aws);
    const campaign = await planning(aws, `${HEADER}\n${line(good)}\n`);
    await aws.put(campaign.manifest.key, 'accountId,enrollmentId,mediaKey,colour\n');
    expect((await planToEnd(aws, campaign)).campaign).toMatchObject({ status: 'planned', runnable: 1 });
    await aws.remove(campaign.manifest.key, campaign.manifest.versionId);
    const again = await planning(aws, `${HEADER}\n${line(good)}\n`, { manifest: campaign.manifest });
    expect((await planToEnd(aws, again)).campaign).toMatchObject({ status: 'refused', reason: 'manifest_gone' });
  });

  test('is refused where the media of a row is deleted before the last row begins', async ({ aws }) => {
    // Three rows in a day and a half; `media/` has a day, `campaigns/` 47.
    const askedPace = 3 / 129_600;
    const plan = async (folder: string) => {
      const people = await Promise.all(Array.from({ length: 3 }, () => ready(aws, '', folder)));
      const manifest = [HEADER, ...people.map(line), ''].join('\n');
      return planToEnd(aws, await planning(aws, manifest, { askedPace }));
    };
    const outlived = (await plan('media')).campaign;
    expect(outlived).toMatchObject({ status: 'refused', reason: 'plan_outlives_media', runnable: 3 });
    expect(Date.parse(outlived.mediaUntil ?? '')).toBeLessThan(Date.now() + 86_400_000);
    expect((await plan('campaigns/own/media')).campaign).toMatchObject({ status: 'planned', runnable: 3 });
  });

  test('checks the receipt of each person where the deployment asks for receipts', async ({ aws }) => {
    process.env.CONSENT_MODE = 'receipt';
    try {
      const people = [await ready(aws), await ready(aws), await ready(aws), await ready(aws)] as const;
      const [live, revoked, other, none] = people;
      const receipts = {
        live: await given(aws, { accountId: live.accountId }),
        revoked: await given(aws, { accountId: revoked.accountId }),
      };
      await beginRevocation(aws.table, receipts.revoked.receiptId, CALLER);
      const row = ({ accountId, enrollmentId, key }: Person & { key: string }, receiptId: string) =>
        `${accountId},${enrollmentId},${key},${receiptId}`;
      const manifest = [
        'accountId,enrollmentId,mediaKey,consentReceiptId',
        row(live, receipts.live.receiptId),
        row(revoked, receipts.revoked.receiptId),
        row(other, receipts.live.receiptId),
        row(none, `CNS${'0'.repeat(32)}`),
        row({ ...none, key: 'media/x.jpg' }, ''),
        '',
      ].join('\n');
      const { campaign, errors, rows } = await planToEnd(aws, await planning(aws, manifest));
      expect(campaign).toMatchObject({ status: 'planned', rows: 5, runnable: 1 });
      expect(linesOf(rows).map((one) => JSON.parse(one).request.consentReceiptId)).toEqual([receipts.live.receiptId]);
      expect(
        linesOf(errors)
          .slice(1)
          .map((one) => one.split(',').slice(0, 3)),
      ).toEqual([
        ['6', 'consentReceiptId', 'consent_missing'],
        ['3', 'consentReceiptId', 'consent_revoked'],
        ['4', 'consentReceiptId', 'consent_unknown'],
        ['5', 'consentReceiptId', 'consent_unknown'],
      ]);
    } finally {
      process.env.CONSENT_MODE = 'flag';
    }
  });
});

describe('a plan is refused, with its line', () => {
  test.for<[string, string, 'csv' | 'ndjson', string, number | undefined]>([
    ['an empty file', '', 'csv', 'manifest_empty', undefined],
    ['an empty file of NDJSON', '', 'ndjson', 'manifest_empty', undefined],
    ['a header alone', `${HEADER}\n`, 'csv', 'manifest_empty', undefined],
    ['no header', 'ana,ENR1,media/a.jpg,true\n', 'csv', 'manifest_without_header', 1],
    ['an unknown column', 'accountId,enrollmentId,mediaKey,colour\n', 'csv', 'manifest_unknown_column', 1],
    ['UTF-16', `\uFEFF${HEADER}`, 'csv', 'manifest_encoding', undefined],
    ['a quote never closed', `${HEADER}\nana,ENR1,media/a.jpg,true\nbo,"ENR2\n`, 'csv', 'manifest_malformed', 3],
    ['rows of which none can run', `${HEADER}\nana,ENR1,secret/a.jpg,true\n`, 'csv', 'no_row_can_run', undefined],
  ])('%s', async ([what, text, format, reason, at], { aws }) => {
    const content = what === 'UTF-16' ? Buffer.from(text, 'utf16le') : text;
    const { campaign } = await planToEnd(aws, await planning(aws, content, { format }));
    expect([campaign.status, campaign.reason, campaign.line]).toEqual(['refused', reason, at]);
  });

  test('more rows than a manifest may have', async ({ aws }) => {
    const campaign = await planning(aws, `${HEADER}\n${'ana,ENR1,media/a.jpg,true\n'.repeat(4)}`);
    const policies = { default: { minimumThreshold: 0.65 } };
    const settings = { campaign, mediaBucket: BUCKET, consentMode: 'flag', policies } as unknown as PlanSettings;
    await expect(readRows(settings, 3)).rejects.toMatchObject({
      reason: 'manifest_too_many_rows',
      line: 5,
    });
  });

  test('and each row outside the allowed prefixes, without consent or given twice has its line', async ({ aws }) => {
    const good = await ready(aws);
    const rows = [
      `${line(good)},r1`,
      `${line(good)},r1`,
      `${line({ ...good, key: 'secret/a.jpg' })},r2`,
      `${good.accountId},${good.enrollmentId},${good.key},,r3`,
      `${line(good)}`,
      `${line(good)},a b`,
    ];
    const { errors } = await planToEnd(aws, await planning(aws, [`${HEADER},rowKey`, ...rows, ''].join('\n')));
    expect(
      linesOf(errors)
        .slice(1)
        .map((one) => one.split(',').slice(0, 3).join(' ')),
    ).toEqual([
      '3 rowKey request_invalid',
      '4 mediaKey request_invalid',
      '5 userAuthorized consent_missing',
      '6 row request_invalid',
      '7 rowKey request_invalid',
    ]);
  });
});
