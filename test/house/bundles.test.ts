import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from '../../infra/aws/bundle.ts';
import { type FunctionName, fileOf, functionNames } from '../../shared/workflow/functions.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));

const { metafile } = bundle(functionNames, folder);

afterAll(() => rmSync(folder, { recursive: true }));

const ledger = ['client-dynamodb'];

/** Which clients of the SDK a function loads: one for each service it speaks to, and none to read one secret. */
const clients: Record<FunctionName, readonly string[]> = {
  ClaimRequest: [...ledger, 'client-s3'],
  CheckEnrollment: [],
  // To see that the media is there, right before it is paid for.
  CreateValidation: [...ledger, 'client-s3'],
  MoveMedia: [...ledger, 'client-s3'],
  AwaitWebhook: [...ledger, 'client-sfn'],
  ReadVerdict: [],
  RecordOutcome: [...ledger, 'client-eventbridge'],
  RecordRefusal: [...ledger, 'client-eventbridge'],
  RecordFailure: [...ledger, 'client-eventbridge'],
  ReadOutcome: ledger,
  StartRevalidation: [...ledger, 'client-s3', 'client-sfn'],
  ReadRevalidation: ledger,
  ListRevalidations: ledger,
  CancelRevalidation: [...ledger, 'client-eventbridge', 'client-sfn'],
  ReceiveWebhook: [...ledger, 'client-sfn'],
  SweepInbox: [...ledger, 'client-s3', 'client-sfn'],
  SweepLedger: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  RepairExecution: [...ledger, 'client-eventbridge'],
  CheckKey: [],
};

/** What every function may hold beside them, and what only one may. */
const everywhere = ['zod', '@middy/core', '@smithy/core', '@smithy/signature-v4'];

const alone: Partial<Record<FunctionName, readonly string[]>> = { ReceiveWebhook: ['jose'] };

const outputOf = (name: FunctionName) => {
  const found = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${fileOf(name)}.mjs`));
  if (!found) throw new TypeError(`${name} has no bundle`);
  return found[1];
};

const packageOf = (input: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

describe.each(functionNames)('the bundle of %s', (name) => {
  const { inputs, imports } = outputOf(name);
  const code = readFileSync(join(folder, fileOf(name), `${fileOf(name)}.mjs`), 'utf8');
  const packages = [...new Set(Object.keys(inputs).flatMap((input) => packageOf(input) ?? []))];

  test('holds the SDK clients it needs, and no other', () => {
    const held = packages.filter((one) => /^@aws-sdk\/client-/.test(one)).map((one) => one.replace('@aws-sdk/', ''));
    expect(held.toSorted()).toEqual(clients[name].toSorted());
  });

  test('holds no package that nobody has asked for', () => {
    const allowed = [...everywhere, ...(alone[name] ?? [])];
    const ofTheSdk = /^(@aws-sdk|@smithy|@aws)\/|^(tslib|mnemonist|obliterator|fast-xml-parser|strnum|bowser)$/;
    const surprises = packages.filter(
      (one) => !allowed.includes(one) && !(clients[name].length > 0 && ofTheSdk.test(one)),
    );
    expect(surprises).toEqual([]);
  });

  test('holds no schema of a call that nobody makes', () => {
    const calls = ['PutBucketCors', 'CreateTable', 'CreateStateMachine', 'CreateEventBus'];
    expect(calls.filter((call) => code.includes(call))).toEqual([]);
  });

  test('holds no part of a package that nobody uses', () => {
    const useless =
      /zod\/v4\/(classic|core\/(to-)?json-schema|core\/doc)|@smithy\/core\/.*\/event-streams|credential-provider-(ini|sso)/;
    expect(Object.keys(inputs).filter((input) => useless.test(input))).toEqual([]);
    expect(code).not.toContain('devDependencies');
  });

  test("imports nothing at its start but Node's own modules", () => {
    const left = imports.filter(({ external, path }) => external && !isBuiltin(path));
    // What the SDK would look for outside Lambda stays an import() that nothing in Lambda reaches.
    expect(left.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path)).toEqual([]);
    // An `import` of these reads every export, and with one of them loads all of fetch.
    expect(imports.map(({ path }) => path)).not.toContain('node:http');
    expect(imports.map(({ path }) => path)).not.toContain('node:https');
    if (clients[name].length === 0) expect(left).toEqual([]);
  });
});
