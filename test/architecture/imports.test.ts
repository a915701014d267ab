import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

type Import = { file: string; from: string };

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file));

/** What a source imports: files by their path from the root, packages by their name. An `import()` of a made-up path is `?`. */
const importsIn = (file: string, source: string): Import[] =>
  [...source.matchAll(/(?:^|[;}\s])(?:from|import)\s*(?:'([^']+)'|\((?:'([^']+)'|[^)]))/gm)].map(
    ([, plain, dynamic]) => {
      const from = plain ?? dynamic ?? '?';
      return { file, from: from.startsWith('.') ? relative(root, join(root, dirname(file), from)) : from };
    },
  );

/** Who may import what, by folder: a file's own folder, other folders, packages. What is not listed is forbidden. */
const folders: { folder: string; may: RegExp[] }[] = [
  { folder: 'shared/domain', may: [/^shared\/domain\//, /^zod\/(mini|locales)$/, /^node:crypto$/] },
  { folder: 'shared/workflow', may: [/^shared\/(workflow|domain)\//, /^zod\/mini$/] },
  { folder: 'shared/truora', may: [/^shared\/(truora|domain)\//, /^zod\/mini$/, /^jose$/, /^node:/] },
  { folder: 'shared/aws', may: [/^shared\/(aws|domain)\//, /^zod\/mini$/, /^node:/, /^@(aws-sdk|smithy)\//] },
  {
    folder: 'shared/ledger',
    may: [/^shared\/(ledger|aws|domain)\//, /^zod\/mini$/, /^node:/, /^@aws-sdk\/(client|util)-dynamodb$/],
  },
  // Signs and verifies without AWS, so that `verify` needs no network.
  { folder: 'shared/evidence', may: [/^shared\/(evidence|domain)\//, /^zod\/mini$/, /^node:crypto$/] },
  // A procedure that more than one function needs. It is handed its settings, so it reads no environment of its own.
  {
    folder: 'shared/logic',
    may: [/^shared\/(logic|ledger|truora|aws|evidence|domain)\//, /^zod\/mini$/, /^node:/, /^@aws-sdk\//],
  },
  // The erasure of a person. It is above the procedures of cases, and none of them imports it.
  {
    folder: 'shared/erasure',
    may: [/^shared\/(erasure|logic|ledger|truora|aws|evidence|domain)\//, /^zod\/mini$/, /^node:/],
  },
  // Receipts of consent. It is above the procedures of cases, which get its checks as settings.
  {
    folder: 'shared/consent',
    may: [/^shared\/(consent|logic|ledger|aws|domain)\//, /^zod\/mini$/, /^node:/],
  },
  // The calls of the capture page, for the case of one link.
  {
    folder: 'shared/capture',
    may: [/^shared\/(capture|consent|logic|ledger|aws|domain)\//],
  },
  // What the operator's console reads beside other callers.
  {
    folder: 'shared/console',
    may: [/^shared\/(console|logic|ledger|aws|domain)\//, /^zod\/mini$/],
  },
  // Campaigns: a module of their own above all procedures. No other module of `shared` but the wrappers imports it.
  {
    folder: 'shared/campaigns',
    may: [/^shared\/(campaigns|consent|logic|ledger|aws|domain)\//, /^zod\/mini$/, /^csv-parse$/, /^node:/],
  },
  {
    folder: 'shared/lambda',
    may: [
      /^shared\/(lambda|campaigns|ledger|logic|capture|consent|erasure|truora|aws|evidence|domain|workflow)\//,
      /^zod\/mini$/,
      /^@middy\/core$/,
      /^negotiator$/,
      /^aws-lambda$/,
      /^node:async_hooks$/,
    ],
  },
  { folder: 'functions', may: [/^shared\//, /^node:/] },
  {
    folder: 'infra/workflow',
    may: [
      /^infra\/workflow\//,
      /^shared\/(domain|workflow)\//,
      /^shared\/campaigns\/campaign\.ts$/,
      /^shared\/lambda\/env\.ts$/,
    ],
  },
  {
    folder: 'infra/aws',
    may: [
      /^infra\/(aws|workflow)\//,
      /^infra\/console\/(headers|site)\.ts$/,
      /^shared\/(domain|workflow)\//,
      /^shared\/campaigns\/(campaign|announcement)\.ts$/,
      /^shared\/contracts\/[\w-]+\.json$/,
      /^shared\/lambda\/env\.ts$/,
      /^aws-cdk-lib(\/|$)/,
      /^constructs$/,
      /^cdk-nag$/,
      /^esbuild$/,
      /^zod\/mini$/,
      /^node:/,
      // The command line asks AWS for the deployer's identity and for the deployed settings. No function does.
      /^@aws-sdk\/client-(sts|ssm)$/,
    ],
  },
  {
    folder: 'infra/cost',
    may: [/^infra\/(cost|workflow)\//, /^infra\/aws\/config\.ts$/, /^shared\/(domain|workflow)\//, /^node:(fs|path)$/],
  },
  // The entries of the npm package and its build.
  {
    folder: 'infra/package',
    may: [
      /^infra\/(package|aws)\//,
      /^infra\/cli\/program\/(commands|installation|process)\.ts$/,
      /^infra\/console\/site\.ts$/,
      /^infra\/docs\/reasons\.ts$/,
      /^shared\/(domain|workflow|contracts)\//,
      /^(aws4fetch|openapi-fetch)$/,
      /^node:/,
    ],
  },
  {
    folder: 'infra/docs',
    may: [
      /^infra\/(docs|aws|cost|local|workflow)\//,
      /^shared\/(domain|evidence|workflow)\//,
      /^shared\/campaigns\/(campaign|announcement|view)\.ts$/,
      /^zod\/mini$/,
      /^node:/,
    ],
  },
  // The pages of the console, their build and their local server. A page imports no code of the server, and none of its packages.
  {
    folder: 'infra/console',
    may: [
      /^infra\/(console|workflow)\//,
      /^infra\/local\/(http|lock)\.ts$/,
      /^infra\/package\/api-types\.ts$/,
      /^shared\/domain\//,
      /^(react|react-dom|preact|echarts)(\/|$)/,
      /^@cloudscape-design\/components\//,
      /^(@dagrejs\/dagre|oidc-client-ts|aws4fetch|vite|virtual:machine-graph)$/,
      /^node:/,
    ],
  },
  // Truora's client on a person's machine: it knows neither the sandbox nor AWS.
  {
    folder: 'infra/record',
    may: [/^infra\/record\//, /^shared\/(truora|domain)\//, /^node:/],
  },
  {
    folder: 'infra/cli',
    // The adapters of `infra/cli/aws` are for services that only operators call.
    may: [
      /^infra\/(cli|local|aws|cost|workflow)\//,
      /^infra\/console\/(site|serve\/\w+)\.ts$/,
      /^infra\/record\/record\.ts$/,
      /^shared\/(?!lambda\/)/,
      /^zod\/mini$/,
      /^commander$/,
      /^@(aws-sdk|smithy)\//,
      /^node:/,
    ],
  },
  {
    folder: 'infra/local',
    // Anything but Truora's client: the sandbox and the client may only meet in the schemas.
    may: [
      /^infra\/(local|aws|workflow)\//,
      /^shared\/(?!truora\/(client|call)\.ts$)/,
      /^(?!\.|shared\/|functions\/|test\/|infra\/|\?)/,
    ],
  },
];

const forbidden = (imports: Import[]): string[] =>
  imports
    .filter(({ file, from }) => {
      const [found, ...more] = folders.filter(({ folder }) => file.startsWith(`${folder}/`));
      if (!found || more.length > 0) return true;
      // One file runs the functions; its source does not show which.
      if (from === '?') return file !== 'infra/local/lambda.ts';
      return !found.may.some((pattern) => pattern.test(from));
    })
    .map(({ file, from }) => `${file} imports ${from}`);

const all = ['shared', 'functions', 'infra']
  .flatMap(filesIn)
  .flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));

describe('the imports', () => {
  test.each(folders)('$folder imports only what its rules allow', ({ folder }) => {
    const ours = all.filter(({ file }) => file.startsWith(`${folder}/`));
    expect(ours).not.toEqual([]);
    expect(forbidden(ours)).toEqual([]);
  });

  test('no source files import each other in a circle', () => {
    const importsOf = Map.groupBy(all, ({ file }) => file);
    const free = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (free.has(file)) return undefined;
      for (const { from } of importsOf.get(file) ?? []) {
        const circle = circleFrom(from, [...path, file]);
        if (circle) return circle;
      }
      free.add(file);
      return undefined;
    };
    expect([...importsOf.keys()].flatMap((file) => circleFrom(file, []) ?? [])).toEqual([]);
  });

  test('every source file belongs to a module with rules', () => {
    expect(all.filter(({ file }) => !folders.some(({ folder }) => file.startsWith(`${folder}/`)))).toEqual([]);
  });

  test.each([
    [
      'of the AWS SDK',
      /^@(aws-sdk|smithy)\//,
      /^shared\/(aws|ledger|logic)\/|^infra\/local\/|^infra\/aws\/(identity|read-parameter)\.ts$|^infra\/cli\/aws\//,
    ],
    ['of middy', /^@middy\//, /^shared\/lambda\//],
    ['of CDK', /^aws-cdk-lib|^constructs$/, /^infra\/aws\/|^infra\/local\/synthesize\.ts$/],
    ['of a function', /^functions\/|^\?$/, /^infra\/local\/lambda\.ts$/],
    [
      "of Truora's client",
      /^shared\/truora\/client\.ts$/,
      /^functions\/|^shared\/logic\/|^infra\/record\/|^infra\/cli\/restore-person\.ts$/,
    ],
    ["of the sandbox's files", /^infra\/local\/truora\//, /^infra\/(local|cli|docs)\//],
  ])('%s are made in one module', (_, what, where) => {
    const users = all.filter(({ from }) => what.test(from)).map(({ file }) => file);
    expect(users).not.toEqual([]);
    expect(users.filter((file) => !where.test(file))).toEqual([]);
  });

  test('each client class is constructed in one place', () => {
    const makes = ['shared', 'functions'].flatMap(filesIn).flatMap((file) => {
      const made = [...readFileSync(join(root, file), 'utf8').matchAll(/new (\w+Client)\(/g)];
      return made.map(([, client]) => `${file} makes ${client}`);
    });
    const each = ['DynamoDBClient', 'EventBridgeClient', 'KMSClient', 'S3Client', 'SFNClient'];
    expect(makes).toEqual(each.map((client) => `shared/aws/clients.ts makes ${client}`));
  });

  test('of the modules of shared are listed on their page', () => {
    const page = readFileSync(join(root, 'shared/README.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `shared\/(\w+)\/` \|.*\| ([^|]+) \|$/gm)];
    // Its files are generated and no sources, so it has no rules.
    const modules = listed.map(([, name = '']) => name).filter((name) => name !== 'contracts');
    const textOf = (name: string): string => {
      const may = folders.find(({ folder }) => folder === `shared/${name}`)?.may ?? [];
      const others = modules.filter((other) => other !== name);
      const allowed = others.filter((other) => may.some((pattern) => pattern.test(`shared/${other}/new.ts`)));
      const missing = others.filter((other) => !allowed.includes(other));
      return missing.length === 1 ? `all but ${missing[0]}` : allowed.join(', ') || '-';
    };
    expect(Object.fromEntries(listed.map(([, name, text]) => [name, text]))).toEqual({
      ...Object.fromEntries(
        folders.flatMap(({ folder }) => /^shared\/(\w+)$/.exec(folder)?.[1] ?? []).map((name) => [name, textOf(name)]),
      ),
      contracts: '-',
    });
  });

  // A worker of the tests loads them once, for many files (test/vitest.config.ts).
  test('a module of shared/domain, evidence or workflow has no variable, no empty collection and no environment', () => {
    const found = ['domain', 'evidence', 'workflow'].flatMap((folder) => filesIn(`shared/${folder}`));
    expect(found.length).toBeGreaterThan(50);
    const state =
      /^(export )?(let|var) |^(export )?const [^\n]*= (new (Map|Set|WeakMap|WeakSet)(<[^\n]*>)?\((\[\])?\)|\[\]|\{\});|process\.env/m;
    expect(found.filter((file) => state.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  test('only tests import tests', () => {
    expect(all.filter(({ from }) => from.startsWith('test/') || from === 'vitest')).toEqual([]);
  });
});

describe('the check of the imports', () => {
  test.each([
    ['shared/domain/new.ts', "import { readFile } from 'node:fs';", 'node:fs'],
    ['shared/domain/new.ts', "import { step } from '../lambda/step.ts';", 'shared/lambda/step.ts'],
    ['shared/workflow/new.ts', "export * from '../ledger/records.ts';", 'shared/ledger/records.ts'],
    [
      'shared/truora/new.ts',
      "import type {\n  Journal,\n} from '../workflow/contract.ts';",
      'shared/workflow/contract.ts',
    ],
    ['shared/truora/new.ts', "import '@aws-sdk/client-s3';", '@aws-sdk/client-s3'],
    ['shared/aws/new.ts', "import { send } from '../truora/http.ts';", 'shared/truora/http.ts'],
    ['shared/lambda/new.ts', "const sdk = await import('@aws-sdk/client-s3');", '@aws-sdk/client-s3'],
    ['functions/new.ts', "import { handler } from './read-verdict.ts';", 'functions/read-verdict.ts'],
    ['functions/new.ts', "import { routes } from '../infra/aws/functions.ts';", 'infra/aws/functions.ts'],
    ['functions/new.ts', "import middy from '@middy/core';", '@middy/core'],
    ['infra/workflow/new.ts', "import { App } from 'aws-cdk-lib';", 'aws-cdk-lib'],
    ['infra/aws/new.ts', "import { step } from '../../shared/lambda/step.ts';", 'shared/lambda/step.ts'],
    ['infra/aws/new.ts', "import { handler } from '../../functions/read-verdict.ts';", 'functions/read-verdict.ts'],
    ['infra/local/new.ts', "import { getValidation } from '../../shared/truora/client.ts';", 'shared/truora/client.ts'],
    ['infra/local/truora/new.ts', "import('../../../functions/read-verdict.ts')", 'functions/read-verdict.ts'],
    ['infra/local/new.ts', "import { scrubber } from '../record/scrub.ts';", 'infra/record/scrub.ts'],
    [
      'infra/record/new.ts',
      "import { startSandbox } from '../local/truora/sandbox.ts';",
      'infra/local/truora/sandbox.ts',
    ],
    ['infra/local/new.ts', 'await import(path)', '?'],
    ['infra/new.ts', "import { join } from 'node:path';", 'node:path'],
  ])('reports %s in a file that has %s', (file, source, from) => {
    expect(forbidden(importsIn(file, source))).toEqual([`${file} imports ${from}`]);
  });
});
