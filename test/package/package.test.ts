import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Config } from '../../infra/aws/config.ts';
import { commands } from '../../infra/cli/program/commands.ts';
import { build } from '../../infra/package/build.ts';
import { fileOf, functionNames, functionsOf } from '../../shared/workflow/functions.ts';
import { runCommand } from '../support/commands.ts';
import { chapterOf, read, root } from '../support/documents.ts';

vi.mock(import('../../infra/aws/bundle.ts'), async (original) =>
  (await import('../support/bundles.ts')).bundledOnce(await original()),
);

type Manifest = {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};

const { bin, dependencies, peerDependencies } = JSON.parse(read('package.json')) as Manifest;

/** Ends a hang. The whole file takes half a minute of processor time, and several on a machine with other work. */
const LIMIT_MS = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'package-'));

/** A project of a user's, with the package installed and nothing else but what the package declares. */
const user = join(folder, 'user');

const installed = join(user, 'node_modules/face-revalidation');

// CloudFormation's rules start a compiled engine, and would only warn here; a test of the template holds them.
const env = { ...process.env, CDK_OUTDIR: join(user, 'cdk.out'), CDK_VALIDATION: 'false' };

/** @throws Error with both outputs: the compiler writes its errors to stdout */
const run = (command: string, argv: string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd, encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};

const node = (argv: string[], cwd = user) => run(process.execPath, argv, cwd);

/** The first code block of a language in a chapter: a test runs what the document shows. */
const codeIn = (document: string, chapter: string, language: string): string => {
  const [, code] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(chapterOf(document, chapter)) ?? [];
  if (!code) throw new Error(`${document}, "${chapter}", has no ${language}`);
  return code;
};

/** Packs as `npm pack` does and installs as npm would, with this project's packages in the place of the registry's. */
beforeAll(() => {
  const staged = join(folder, 'staged');
  mkdirSync(staged);
  for (const file of ['package.json', 'README.md', 'README.es.md', 'README.pt.md', 'LICENSE', 'CHANGELOG.md'])
    cpSync(join(root, file), join(staged, file));
  build(join(staged, 'dist'));
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts'], staged)) as [
    { filename: string },
  ];
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(staged, filename), '--strip-components=1', '-C', installed], folder);
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    const link = join(user, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'junction');
  }
  writeFileSync(join(user, 'package.json'), JSON.stringify({ name: 'user', type: 'module' }));
}, LIMIT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesIn = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('the tarball', () => {
  /** The rows of the document's table: what begins so, in at most so many megabytes. */
  const rows = [
    ...chapterOf('infra/package/README.md', 'The package').matchAll(/^\| `([^`]+)` \|.*\| (\d+\.\d) \|$/gm),
  ].map(([, prefix = '', most]) => ({ prefix, most: Number(most) }));

  test('holds what the document lists and nothing else, each part within its size', () => {
    const files = filesIn(installed).map((file) => ({
      name: file.slice(installed.length + 1).replaceAll('\\', '/'),
      bytes: readFileSync(file).length,
    }));
    const rowOf = (name: string) =>
      rows.filter(({ prefix }) => name.startsWith(prefix)).toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
    expect(files.filter(({ name }) => !rowOf(name)).map(({ name }) => name)).toEqual([]);
    for (const row of rows) {
      const bytes = files.filter(({ name }) => rowOf(name) === row).reduce((sum, file) => sum + file.bytes, 0);
      expect(bytes, row.prefix).toBeGreaterThan(0);
      expect(bytes / 1e6, row.prefix).toBeLessThanOrEqual(row.most);
    }
  });

  test('holds no test, no TypeScript source and no generator of documents', () => {
    const names = filesIn(installed).map((file) => file.slice(installed.length));
    expect(
      names.filter((name) => /(^|\/)test\/|(?<!\.d)\.ts$|infra\/(record|docs\/(readme|openapi))/.test(name)),
    ).toEqual([]);
  });

  test('holds the bundle of every function', () => {
    const bundles = join(installed, 'dist/bundles');
    for (const name of functionNames) expect(readdirSync(join(bundles, fileOf(name)))).toEqual([`${fileOf(name)}.mjs`]);
    expect(readdirSync(bundles)).toHaveLength(functionNames.length);
  });
});

/** The packages that files of the package load, themselves and through its other files, as the bundler sees it. */
const packagesOf = (files: string[]): string[] => {
  const { metafile } = buildSync({
    entryPoints: files,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // A module that several of them load is written once, not into each.
    splitting: true,
    outdir: folder,
    write: false,
    metafile: true,
  });
  const loaded = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const names = loaded
    .filter(({ path }) => !isBuiltin(path))
    .map(({ path }) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(names)].toSorted();
};

describe('the entry', () => {
  test.each<[string, string[]]>([
    ['construct', [...Object.keys(peerDependencies), 'zod']],
    ['contracts', ['zod']],
    ['client', ['aws4fetch', 'openapi-fetch']],
  ])('%s loads the packages it needs, and none of the command line', (entry, packages) => {
    expect(packagesOf([join(installed, `dist/infra/package/${entry}.js`)])).toEqual(packages.toSorted());
  });

  test('of any kind loads declared packages alone, and every declared package is loaded', () => {
    const all = filesIn(join(installed, 'dist')).filter((file) => file.endsWith('.js'));
    expect(packagesOf(all)).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).toSorted());
  });
});

const construct = `import { App, Stack } from 'aws-cdk-lib';
import { FaceRevalidation } from 'face-revalidation';
`;

/** A user's files. All are compiled at once, since the compiler reads CDK's declarations each time. */
const sources: Record<string, () => string> = {
  'stack.ts': () => codeIn('infra/package/README.md', 'Use it in your own stack', 'ts'),
  'client.ts': () => codeIn('shared/contracts/README.md', 'The typed client', 'ts'),
  'bad-value.ts': () => `${construct}new FaceRevalidation(new Stack(new App(), 's'), 'Face', { dailyBudget: 0 });`,
  // Compiles only if the line below the comment is an error.
  'bad-name.ts': () =>
    `${construct}// @ts-expect-error\nnew FaceRevalidation(new Stack(new App(), 's'), 'Face', { dailyBudgets: 5 });`,
  'contracts.ts': () => `
    import { type Announcement, ENDED, type Outcome, reasons, schemas } from 'face-revalidation/contracts';
    const heard = ({ status }: Announcement): Outcome['status'] => status;
    console.log(JSON.stringify([ENDED, typeof heard, reasons[0], Object.keys(schemas)]));`,
};

describe('the project of a user', () => {
  beforeAll(() => {
    for (const [file, source] of Object.entries(sources)) writeFileSync(join(user, file), source());
    // Without skipLibCheck, so that our declarations are checked too; CDK's need one type of `esnext.disposable`.
    const lib = ['es2023', 'dom', 'esnext.disposable'];
    const compilerOptions = {
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib,
      types: [],
      // TypeScript's own declarations are not ours, and a tenth of the time.
      skipDefaultLibCheck: true,
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(sources) }));
    node([join(root, 'node_modules/typescript/bin/tsc'), '-p', user, '--singleThreaded']);
  }, LIMIT_MS);

  test('synthesizes the stack of the document, with the functions of the package and without a bundler', {
    timeout: LIMIT_MS,
  }, () => {
    node(['stack.js']);
    const { Resources } = JSON.parse(readFileSync(join(user, 'cdk.out/payments.template.json'), 'utf8')) as {
      Resources: Record<string, { Type: string }>;
    };
    const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    // A stack without the setting `campaigns` has no functions of campaigns.
    const deployed = functionsOf(Config.parse({}));
    expect(functions).toHaveLength(deployed.length);
    const codeUnder = (at: string) =>
      filesIn(at)
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => readFileSync(file, 'utf8'))
        .toSorted();
    const packaged = deployed.map((name) =>
      readFileSync(join(installed, 'dist/bundles', fileOf(name), `${fileOf(name)}.mjs`), 'utf8'),
    );
    expect(codeUnder(join(user, 'cdk.out'))).toEqual(packaged.toSorted());
  });

  test('gets an error that names the setting and its rule', () => {
    expect(() => node(['bad-value.js'])).toThrow(/configuration: dailyBudget: Too small/);
  });

  test('reads the contracts', () => {
    expect(JSON.parse(node(['contracts.js']))).toEqual([
      'Re-validation Ended',
      'function',
      {
        reason: 'similarity_threshold_not_passed',
        status: 'declined',
        class: 'no_match',
        retry: 'new_capture',
        nextStep: 'new_capture',
        message: 'not_confirmed',
        means: expect.any(String),
        operator: expect.any(String),
      },
      ['input', 'outcome', 'ended', 'amended'],
    ]);
  });
});

test('the command line of the package loads each of its commands, and has none that needs a clone', () => {
  const file = JSON.stringify(join(installed, 'dist/infra/cli/program/commands.js'));
  const script = `const { commands } = await import(${file});
    const loaded = await Promise.all(commands.map(async ({ name, load }) => [name, typeof (await load()).define]));
    console.log(JSON.stringify(loaded));`;
  const loaded = JSON.parse(node(['--input-type=module', '--eval', script])) as [string, string][];
  expect(loaded).toEqual(commands.map(({ name }) => [name, 'function']));
  expect(loaded.flat()).not.toContain('deploy');
});

test('the help of the package names only files and commands that the package has', () => {
  const at = (file: string) => JSON.stringify(join(installed, 'dist/infra/cli/program', file));
  const script = `const [{ commands }, { run }, { documentAt, documents }] = await Promise.all(
      [${at('commands.js')}, ${at('run.js')}, ${at('installation.js')}].map((file) => import(file)));
    const print = (line) => console.log(line);
    for (const argv of [...commands.map(({ name }) => [name]), ['throttle', 'show'], ['keys', 'rotate', 'webhook']])
      await run([...argv, '--help'], commands, { print, log: print });
    for (const one of documents) print(documentAt(one));`;
  const help = node(['--input-type=module', '--eval', script]);
  // A path that begins with a slash is a route of the API.
  const files = [...help.matchAll(/(?<![\w@./-])(?:[\w@.-]+\/)+[\w-]+\.(?:md|html|json|ts)\b/g)].map(([path]) => path);
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((path) => !existsSync(join(user, path)))).toEqual([]);
  expect(help).not.toMatch(/npm (run|start|ci)/);
});

test(
  'the command line of the package runs the demo in an empty folder, and leaves nothing there',
  async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { code, out } = await runCommand('demo', [], {
      cwd: empty,
      main: join(installed, bin['face-revalidation'] ?? ''),
    });
    expect(out).toMatch(/approved, similarity/);
    expect([code, readdirSync(empty)]).toEqual([0, []]);
  },
  LIMIT_MS,
);
