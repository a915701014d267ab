import { isBuiltin } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import { bundle } from '../../infra/aws/bundle.ts';
import { type FunctionName, fileOf, functionNames, routes } from '../../shared/workflow/functions.ts';

vi.mock(import('../../infra/aws/bundle.ts'), async (original) =>
  (await import('../support/bundles.ts')).bundledOnce(await original()),
);

const { metafile } = bundle(functionNames);

const ledger = ['client-dynamodb'];

/** The SDK clients that a function loads: one for each service it calls, and none to read one secret. */
const clients: Record<FunctionName, readonly string[]> = {
  ClaimRequest: [...ledger, 'client-s3', 'client-sfn'],
  CheckEnrollment: [],
  // Checks that the media exists just before the charged call. This one and the next announce an end for want of consent.
  CreateValidation: [...ledger, 'client-eventbridge', 'client-s3'],
  AwaitMedia: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  MoveMedia: [...ledger, 'client-eventbridge', 'client-s3'],
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
  EraseAccount: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  SweepErasures: [...ledger, 'client-eventbridge', 'client-kms', 'client-s3', 'client-sfn'],
  ChooseAlternative: [...ledger, 'client-eventbridge', 'client-sfn'],
  GiveConsent: ledger,
  RevokeConsent: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  ListConsents: ledger,
  OpenCapture: ledger,
  ReadCapture: ledger,
  AgreeToCapture: [...ledger, 'client-sfn'],
  // The form is signed for S3.
  GiveCaptureForm: [...ledger, 'client-s3'],
  LeaveCapture: [...ledger, 'client-eventbridge', 'client-sfn'],
  ReceiveWebhook: [...ledger, 'client-sfn'],
  SweepInbox: [...ledger, 'client-s3', 'client-sfn'],
  SweepLedger: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  RepairExecution: [...ledger, 'client-eventbridge'],
  SignEvidence: [...ledger, 'client-kms', 'client-s3'],
  ReadEvidence: [...ledger, 'client-kms', 'client-s3'],
  // The module that it shares with the others loads S3 for its store.
  ReadJwks: ['client-kms'],
  CheckKey: ledger,
  ListCases: ledger,
  ReadDay: ledger,
  ReadCase: [...ledger, 'client-sfn'],
  FollowUpCase: ledger,
  ReadHealth: ledger,
  ReadManifest: [...ledger, 'client-s3'],
  WaitForTurn: ledger,
  RecordRow: ledger,
  SumUp: [...ledger, 'client-eventbridge', 'client-s3'],
  PlanCampaign: [...ledger, 'client-s3', 'client-sfn'],
  ListCampaigns: ledger,
  ReadCampaign: ledger,
  StartCampaign: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  PauseCampaign: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  ResumeCampaign: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
  CancelCampaign: [...ledger, 'client-eventbridge', 'client-s3', 'client-sfn'],
};

/** Packages that every function may hold beside the clients, and those that one function may hold. */
const everywhere = ['zod', '@middy/core', '@smithy/core', '@smithy/signature-v4'];

const alone: Partial<Record<FunctionName, readonly string[]>> = {
  ReceiveWebhook: ['jose'],
  ReadManifest: ['csv-parse'],
};

const outputOf = (name: FunctionName) => {
  const found = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${fileOf(name)}.mjs`));
  if (!found) throw new TypeError(`${name} has no bundle`);
  return found[1];
};

const packageOf = (input: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

describe.each(functionNames)('the bundle of %s', (name) => {
  const { inputs, imports } = outputOf(name);
  const packages = [...new Set(Object.keys(inputs).flatMap((input) => packageOf(input) ?? []))];

  test('holds the SDK clients it needs, and no other', () => {
    const held = packages.filter((one) => /^@aws-sdk\/client-/.test(one)).map((one) => one.replace('@aws-sdk/', ''));
    expect(held.toSorted()).toEqual(clients[name].toSorted());
  });

  test('holds no package beyond the allowed ones', () => {
    // Every route reads the language of a person, also to answer an error.
    const allowed = [...everywhere, ...(name in routes ? ['negotiator'] : []), ...(alone[name] ?? [])];
    const ofTheSdk = /^(@aws-sdk|@smithy|@aws)\/|^(tslib|mnemonist|obliterator|fast-xml-parser|strnum|bowser)$/;
    const surprises = packages.filter(
      (one) => !allowed.includes(one) && !(clients[name].length > 0 && ofTheSdk.test(one)),
    );
    expect(surprises).toEqual([]);
  });

  test('holds no unused part of zod and nothing of the credential chain', () => {
    const unused =
      /zod\/v4\/(classic|core\/(to-)?json-schema|core\/doc)|credential-provider-(http|ini|login|process|sso|web-identity|imds)/;
    expect(Object.keys(inputs).filter((input) => unused.test(input))).toEqual([]);
  });

  test("imports only Node's own modules at its start", () => {
    const left = imports.filter(({ external, path }) => external && !isBuiltin(path));
    // The credential chain stays an import() that no code reaches in Lambda.
    expect(left.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path)).toEqual([]);
    // An ES import reads every export, and one of them loads all of fetch.
    expect(imports.map(({ path }) => path)).not.toContain('node:http');
    expect(imports.map(({ path }) => path)).not.toContain('node:https');
    if (clients[name].length === 0) expect(left).toEqual([]);
  });
});
