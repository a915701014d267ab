import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Access } from '../../shared/aws/signed-call.ts';
import { accessFromEnv } from '../../shared/lambda/clients.ts';
import { GATE, readTexts, throttleOf } from '../../shared/ledger/throttle.ts';
import { type OpenTable, openTable } from '../support/table.ts';
import { listen } from '../support/truora.ts';

describe('a back-off over a time that an operator wrote', () => {
  let open: OpenTable;

  beforeAll(async () => {
    open = await openTable();
  });

  afterAll(() => open.close());

  test.each(['none', 'tomorrow', '29/11/2026'])('replaces the text %j, which is no time', async (notBefore) => {
    await open.putItem({ pk: GATE, notBefore });
    const from = Date.now();
    const throttle = throttleOf(accessFromEnv('DYNAMODB'), open.table);
    await throttle.backOff(60);
    const { notBefore: stored = '' } = await throttle.read();
    expect(Date.parse(stored)).toBeGreaterThanOrEqual(from + 60_000);
  });
});

describe('the signed calls of the throttle', () => {
  let server: Awaited<ReturnType<typeof listen>>;

  let access: Access;

  /** What the ledger answers, one call after the other. */
  let script: { status: number; body: object }[];

  beforeAll(async () => {
    server = await listen((response) => {
      const { status, body } = script.shift() ?? { status: 200, body: {} };
      response.writeHead(status).end(JSON.stringify(body));
    });
    const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
    access = { region: 'us-east-1', credentials, endpoint: server.origin };
  });

  afterAll(() => server.close());

  beforeEach(() => {
    script = [];
    server.heard.length = 0;
  });

  const inputs = () => server.heard.map(({ body }) => JSON.parse(body));

  const refused = { status: 400, body: { __type: 'com.amazonaws#ConditionalCheckFailedException' } };

  test('read eventually, and consistently only when they are asked to', async () => {
    const input = { TableName: 'Ledger', Key: { pk: { S: GATE } } };
    const throttle = throttleOf(access, 'Ledger');
    await throttle.read();
    await throttle.read({ consistent: false });
    await throttle.read({ consistent: true });
    await readTexts(access, 'Ledger', GATE);
    expect(inputs()).toEqual([input, input, { ...input, ConsistentRead: true }, input]);
  });

  test('leave out an attribute without a value, and keep every other one as text', async () => {
    const Item = { pk: { S: GATE }, closed: { NULL: true }, tokens: { N: '3' }, isOpen: { BOOL: false } };
    script = [{ status: 200, body: { Item } }];
    expect(await readTexts(access, 'Ledger', GATE)).toStrictEqual({ pk: GATE, tokens: '3', isOpen: 'false' });
  });

  test('write nothing more when the item is gone after its condition has failed', async () => {
    script = [refused, { status: 200, body: {} }];
    await throttleOf(access, 'Ledger').backOff(60);
    expect(inputs()).toHaveLength(2);
  });
});
