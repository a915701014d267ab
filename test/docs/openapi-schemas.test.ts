import { describe, expect, vi } from 'vitest';
import { handler as list } from '../../functions/list-revalidations.ts';
import { handler as start } from '../../functions/start-revalidation.ts';
import { operations, schemas } from '../../infra/docs/openapi.ts';
import { AccountId } from '../../shared/domain/ids.ts';
import { context, newPerson } from '../support/journal.ts';
import { callEvent } from '../support/routes.ts';
import { withLocalAws } from '../support/with-local-aws.ts';

const test = withLocalAws('StartRevalidation', { media: true });

/** The schemas that a call is parsed with: the same objects, not equal ones. */
const parsedBy = async (named: Record<string, { safeParse: unknown }>, run: () => Promise<unknown>) => {
  const spies = Object.entries(named).map(
    ([name, schema]) => [name, vi.spyOn(schema as { safeParse: () => unknown }, 'safeParse')] as const,
  );
  await run();
  const used = spies.flatMap(([name, spy]) => (spy.mock.calls.length > 0 ? [name] : []));
  for (const [, spy] of spies) spy.mockRestore();
  return used;
};

describe('the schema in the document', () => {
  const bodies = Object.keys(operations.StartRevalidation.body ?? {}) as ('TicketBody' | 'CaptureBody' | 'StartBody')[];

  test('the document has request bodies', () => {
    expect(bodies.toSorted()).toEqual(['CaptureBody', 'StartBody', 'TicketBody']);
  });

  test.each(bodies)('the function parses its body with the schema that the document lists: %s', async (name) => {
    const given = operations.StartRevalidation.body?.[name] as object;
    const body = { ...given, ...newPerson() };
    const { TicketBody, CaptureBody, StartBody } = schemas;
    expect(await parsedBy({ TicketBody, CaptureBody, StartBody }, () => start(callEvent({ body }), context))).toEqual([
      name,
    ]);
  });

  test('the function parses the account in the path with the schema that the document lists', async () => {
    const listed = operations.ListRevalidations.parameters?.find(({ name }) => name === 'accountId')?.schema;
    expect(listed).toBe(AccountId);
    const run = () => list(callEvent({ path: { accountId: '..' } }), context);
    expect(await parsedBy({ AccountId }, run)).toEqual(['AccountId']);
  });
});
