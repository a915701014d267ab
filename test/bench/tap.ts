import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { bodyOf, type LocalServer, listen } from '../../infra/local/http.ts';

/** One call that went by: its operation, and for a write to the ledger what it is billed, with its indexes. */
export type Seen = { operation: string; writeUnits: number; readUnits: number };

type Attributes = Record<string, AttributeValue>;

/** Stands between the functions and an emulator, and counts. `bill` may look at the emulator before and after. */
export const startTap = async (
  origin: string,
  seen: Seen[],
  bill?: (operation: string, input: Record<string, unknown>, pass: () => Promise<Buffer>) => Promise<Seen>,
): Promise<LocalServer> =>
  listen(async (request, response) => {
    const body = (await bodyOf(request, 1_000_000)) ?? Buffer.alloc(0);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    let answer: Answer | undefined;
    const pass = async () => {
      answer = await forward(origin, request, body);
      return answer.body;
    };
    if (bill) seen.push(await bill(operation, JSON.parse(body.toString('utf8')), pass));
    else {
      seen.push({ operation, writeUnits: 0, readUnits: 0 });
      await pass();
    }
    response.writeHead(answer?.status ?? 500, answer?.headers);
    response.end(answer?.body);
  });

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export const forward = (origin: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = httpRequest(new URL(url ?? '/', origin), { method: method ?? 'POST', headers, agent: false });
    call.on('error', reject);
    call.on('response', async (response) => {
      const { connection: _, 'transfer-encoding': __, ...kept } = response.headers;
      resolve({ status: response.statusCode ?? 0, headers: kept, body: await buffer(response) });
    });
    call.end(body);
  });

/** An attribute's bytes as DynamoDB counts them: texts in UTF-8, a number one byte for two digits and one more. */
const bytesOf = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/\D/g, '').length / 2) + 1;
  if (value.SS !== undefined) return value.SS.reduce((all, one) => all + Buffer.byteLength(one), 0);
  if (value.L !== undefined) return value.L.reduce((all, one) => all + 1 + bytesOf(one), 3);
  if (value.M !== undefined) return sizeOf(value.M) + 3 + Object.keys(value.M).length;
  return 1;
};

export const sizeOf = (item: Attributes): number =>
  Object.entries(item).reduce((all, [name, value]) => all + Buffer.byteLength(name) + bytesOf(value), 0);

/** The units of one write: the larger of the two sizes in KB, and one for each entry of an index that goes or comes. */
export const writeUnitsOf = (
  before: Attributes | undefined,
  after: Attributes | undefined,
  indexes: readonly (readonly string[])[],
): number => {
  const kilobytes = Math.max(1, Math.ceil(Math.max(sizeOf(before ?? {}), sizeOf(after ?? {})) / 1024));
  const entry = (item: Attributes | undefined, keys: readonly string[]) =>
    item && keys.every((key) => item[key]) ? JSON.stringify(keys.map((key) => item[key])) : undefined;
  const moved = indexes.map((keys) => {
    const [old, new_] = [entry(before, keys), entry(after, keys)];
    if (old === new_) return 0;
    return (old ? 1 : 0) + (new_ ? 1 : 0);
  });
  return kilobytes + moved.reduce<number>((all, one) => all + one, 0);
};
