import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsentReceipt } from '../../shared/domain/consent.ts';
import { consentBody } from '../support/consent.ts';
import { inMinutes } from '../support/journal.ts';
import { dropOf, openRunning, type Running } from '../support/running.ts';
import { waitFor } from '../support/wait-for.ts';

let running: Running;

const cli = (...argv: string[]) => running.cli(argv);

beforeAll(async () => {
  running = await openRunning({ config: { consentMode: 'receipt' } });
}, 60_000);

afterAll(() => running.close());

const given = async (accountId: string, more: object = {}): Promise<ConsentReceipt> => {
  const body = JSON.stringify(consentBody({ accountId, ...more }));
  return JSON.parse((await cli('call', 'POST', '/consents', '--body', body)).out);
};

describe('consents', () => {
  test('lists the receipts of a person, newest first, with their state, and needs a live one to end with 0', async () => {
    const first = await given('list-ana', { givenAt: inMinutes(-5) });
    const second = await given('list-ana');
    expect((await cli('consent', 'revoke', first.receiptId)).code).toBe(0);
    const { code, out } = await cli('consents', 'list-ana');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`UTC  ${second.receiptId}  live     default\\.CO\\.es\\.1  until .*UTC$`)),
      expect.stringMatching(new RegExp(`UTC  ${first.receiptId}  revoked  default\\.CO\\.es\\.1  until .*UTC$`)),
    ]);
    await cli('consent', 'revoke', second.receiptId);
    expect((await cli('consents', 'list-ana')).code).toBe(1);
  });

  test('prints receipts as JSON, one in each line', async () => {
    const receipt = await given('json-ana');
    const { code, out } = await cli('consents', 'json-ana', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, receipt]);
  });

  test('says that a person has none, and refuses what is no account id', async () => {
    expect(await cli('consents', 'unknown-ana')).toMatchObject({ code: 1, out: '', err: 'there is no receipt' });
    expect(await cli('consents', 'ana smith')).toMatchObject({ code: 2, out: '' });
    expect(await cli('consents')).toMatchObject({ code: 2, out: '' });
  });
});

describe('consent revoke', () => {
  test('ends the open case under the receipt, and says since when it is revoked, also a second time', async () => {
    const { receiptId } = await given('revoke-ana-never');
    const dropped = await cli(...dropOf('revoke-ana-never', '--authorized', '--consent', receiptId, '--json'));
    const { revalidationId } = JSON.parse(dropped.out);
    await waitFor(async () => expect((await running.system.record(revalidationId))?.phase).toBe('moved'));
    const first = await cli('consent', 'revoke', receiptId);
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(`^${receiptId} is revoked since .* UTC$`) });
    expect((await cli('consent', 'revoke', receiptId)).out).toBe(first.out);
    const shown = await cli('consent', 'revoke', receiptId, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ receiptId, revokedAt: expect.any(String) });
    expect(await running.system.record(revalidationId)).toMatchObject({ outcome: { reason: 'consent_revoked' } });
  });

  test('refuses an id that is none, and an unknown one', async () => {
    expect(await cli('consent', 'revoke', 'CNS1')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('id: '),
    });
    const unknown = `CNS${'0'.repeat(32)}`;
    const answer = await cli('consent', 'revoke', unknown);
    expect(answer).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`there is no receipt ${unknown}`) });
    expect((await cli('consent')).code).toBe(2);
  });
});
