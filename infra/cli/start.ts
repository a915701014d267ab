import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { exitCodes } from './program/exit-codes.ts';
import { reserve } from './program/running-system.ts';
import { UsageError } from './program/usage.ts';

/** The first of seven ports. None of them is registered for another service, and no system gives them out by itself. */
const FIRST_PORT = 9470;

/** The folder with the keys for evidence, so that it verifies after a restart. Git ignores it. */
const KEYS = '.local-keys';

type Options = { port: number; quiet?: boolean; autoEnroll: boolean; campaigns?: boolean };

export const define: Define = (command, does, context) => {
  command
    .description('Runs the whole system on this machine until Ctrl-C. Other commands find it from other terminals.')
    .option('--port <number>', 'the first of seven ports in a row; 0 for any free ones', portOf, FIRST_PORT)
    .option('-q, --quiet', 'print the addresses and keys only, and no progress')
    .option(
      '--no-auto-enroll',
      'leave enrollments that the sandbox does not know unknown; by default the first request registers them',
    )
    .option('--campaigns', 'with campaigns: whole portfolios from a file')
    .addHelpText(
      'after',
      '\nExit code: 0 ended by Ctrl-C; 2 invalid arguments, a port in use, a second start; 3 failed.',
    );
  does(command, (options: Options) => start(options, context));
};

/** The highest first port: six more follow it. */
const LAST_FIRST_PORT = 65_529;

const portOf = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port === 0 || (port >= 1024 && port <= LAST_FIRST_PORT)) return port;
  throw new InvalidArgumentError(`must be 0, or 1024 to ${LAST_FIRST_PORT}.`);
};

const start = async (
  { port, quiet = false, autoEnroll, campaigns = false }: Options,
  context: Context,
): Promise<number> => {
  // Ctrl-C is the normal end of a local system, so it is no error; without a reader of its output it has no purpose.
  context.onInterrupt({ parting: 'the local system has ended', code: exitCodes.ok, endsWithReader: true });
  const { publish, release } = reserve(context.stateFolder);
  process.once('exit', release);
  context.onEnd(async () => release());
  const { portsFrom, takenAmong } = await import('../local/ports.ts');
  const ports = portsFrom(port);
  const taken = await takenAmong(ports);
  if (taken) {
    throw new UsageError(
      `--port: port ${taken.port} (${taken.service}) is in use, by a local system in another folder or by another program; give another --port, or 0 for any free ones`,
    );
  }
  const [{ startLocalSystem }, { progress, announced }, { welcome }, { openConsole }] = await Promise.all([
    import('../local/local-system.ts'),
    import('./program/progress.ts'),
    import('./program/welcome.ts'),
    import('./program/console.ts'),
  ]);
  const { onEvent, onAnnounced } = quiet
    ? { onEvent: () => {}, onAnnounced: () => {} }
    : { onEvent: progress(context.print, { several: true }), onAnnounced: announced(context.print) };
  const keyDirectory = join(context.stateFolder, KEYS);
  const pages = openConsole(context);
  const system = await startLocalSystem({
    ports,
    autoEnroll,
    keyDirectory,
    config: { campaigns },
    onEvent: (event) => {
      onEvent(event);
      pages.announce();
    },
    onAnnounced: (event) => {
      onAnnounced(event);
      pages.announce();
    },
  });
  context.onEnd(() => system.close());
  const links = await pages.serve(system, ports.console);
  const { s3Origin, bucket, credentials, deployment, endpoints } = system;
  const sandboxOrigin = system.sandbox?.origin ?? '';
  publish({ s3Origin, bucket, credentials, sandboxOrigin, autoEnroll, deployment, endpoints });
  setInterval(() => void system.sweep(), system.config.sweepMinutes * 60_000).unref();
  context.print(welcome(system, links));
  return new Promise<never>(() => {});
};
