import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reserve } from '../../infra/cli/program/running-system.ts';
import { listening } from '../../infra/local/http.ts';
import { runHere } from '../support/command-line.ts';
import { root, selfie } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'face-revalidation-start-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const take = async (port?: number): Promise<{ server: Server; port: number }> => {
  const server = createServer();
  await listening(server as never, port);
  return { server, port: (server.address() as AddressInfo).port };
};

/** Holds a port whose lower neighbour is free: other programs hold ports of this machine, too. */
const takePortAfterFreeOne = async (): Promise<{ server: Server; port: number }> => {
  for (;;) {
    const held = await take();
    const below = await take(held.port - 1).catch(() => undefined);
    below?.server.close();
    if (below) return held;
    held.server.close();
  }
};

describe('start refuses', () => {
  test.each(['x', '80', '70000', '-1', '65530'])('--port %s by its rule', async (port) => {
    expect(await runHere(['start', '--port', port], folder)).toMatchObject({
      code: 2,
      out: '',
      err: `option '--port <number>' argument '${port}' is invalid. must be 0, or 1024 to 65529. (--help shows how)`,
    });
  });

  test('a port that is in use: it names the port, its service and who may hold it, and starts nothing', async () => {
    const { server, port } = await takePortAfterFreeOne();
    const { code, out, err } = await runHere(['start', '--port', String(port - 1)], folder);
    server.close();
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(
      `--port: port ${port} (s3) is in use, by a local system in another folder or by another program`,
    );
    expect(existsSync(join(folder, '.local-system.json'))).toBe(false);
  });

  test('a second start in the same folder', async () => {
    const { release } = reserve(folder);
    const { code, err } = await runHere(['start'], folder);
    release();
    expect([code, err]).toEqual([2, expect.stringMatching(/^a local system is running already, in another terminal/)]);
  });
});

const has = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe('what start prints', () => {
  let child: ChildProcess;

  let printed = '';

  /** A command of the printed text, with its continued lines. */
  const commandOf = (program: string): string =>
    new RegExp(`^  (${program} (?:.*\\\\\\n)*.*)$`, 'm').exec(printed)?.[1] ?? `no ${program} is printed`;

  /** Runs a command in a shell, after the printed exports. */
  const shell = (command: string): string => {
    const exports = [...printed.matchAll(/^ {2}(export .*)$/gm)].map(([, line]) => line).join('\n');
    return execFileSync('sh', ['-c', `${exports}\n${command}`], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
    });
  };

  beforeAll(async () => {
    copyFileSync(selfie, join(folder, 'selfie.jpg'));
    const argv = [join(root, 'infra/cli/main.ts'), 'start', '--port', '0'];
    child = spawn(process.execPath, argv, { cwd: folder, env: { ...process.env, INIT_CWD: folder } });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk) => {
        printed += chunk;
        if (printed.includes('Ctrl-C ends the system.')) resolve();
      });
      child.once('exit', () => reject(new Error('start ended')));
    });
  }, 120_000);

  afterAll(async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('close', (...how) => resolve(how)));
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(join(folder, '.local-system.json'))).toBe(false);
  });

  test('has no line over 100 columns', () => {
    expect(printed.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('is a command for the capture page, whose link opens once', async () => {
    const [, words = ''] = /npm run -s capture -- (.*)/.exec(printed) ?? [];
    const { code, out, err } = await runHere(['capture', ...words.split(' ')], folder);
    expect([code, err]).toEqual([0, expect.stringMatching(/^re-validation RVL[0-9a-f]{32}; the link opens once/)]);
    const { origin, pathname, hash } = new URL(out);
    expect(await (await fetch(origin + pathname)).text()).toContain('<script');
    const open = () =>
      fetch(`${origin}/api/capture/sessions`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify({ token: hash.slice(1) }),
      });
    expect([(await open()).status, (await open()).status]).toEqual([200, 401]);
  });

  test.runIf(has('curl'))('is a curl that the API answers', () => {
    expect(JSON.parse(shell(commandOf('curl')))).toEqual({ revalidations: [] });
  });

  test.runIf(has('aws'))(
    'is a drop with the AWS command line, which becomes an approved case',
    async () => {
      shell(commandOf('aws'));
      const approved = async () => (await runHere(['cases', '--account', 'ana', '--status', 'approved'], folder)).out;
      await expect.poll(approved, { timeout: 30_000 }).toContain('approved');
    },
    60_000,
  );
});
