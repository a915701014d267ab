import { expect, vi } from 'vitest';
import { callDirectly } from './support/in-process.ts';

/*
 * Runs before each test file. A worker runs many files, so that Node loads each package once: the CDK and the SDK take more than a
 * second. Its browsers stay too (support/browser.ts). All else ends with its file: every module of this repository that may
 * have a state is evaluated again, and the environment and the stubbed globals are those of the worker's start.
 */

const { env } = process;

const KEY = Symbol.for('face-revalidation.worker-start');

type Start = { env: NodeJS.ProcessEnv; variables: NodeJS.ProcessEnv };

const kept = globalThis as { [KEY]?: Start };

kept[KEY] ??= { env, variables: { ...env } };

const start = kept[KEY];

vi.useRealTimers();

vi.unstubAllGlobals();

// Some tests, and the host of the functions, put another object in its place.
process.env = start.env;

for (const name of Object.keys(process.env)) if (!(name in start.variables)) delete process.env[name];

Object.assign(process.env, start.variables);

vi.resetModules();

vi.mock(import('../infra/local/sigv4.ts'), async (original) =>
  (await import('./support/in-process.ts')).takingDirectCalls(await original()),
);

// The subject of these tests is the wire.
callDirectly(!/\/test\/(local|aws)\//.test(expect.getState().testPath ?? ''));
