import { join } from 'node:path';
import type { LocalSystemOptions } from '../../local/local-system-options.ts';
import type { Context } from './context.ts';
import { UsageError } from './usage.ts';

/** The one origin on the network that a key may be sent to. */
export const TRUORA = 'https://api.validations.truora.com';

const isLoopback = ({ hostname }: URL) => ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);

/** The origin of Truora or of a stand-in. The key and a face go there, so a similar name is refused. @throws UsageError */
export const originOf = (given: string): URL => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || url.origin !== given.replace(/\/$/, '') || !(url.origin === TRUORA || isLoopback(url))) {
    throw new UsageError(`--truora: must be ${TRUORA}, or the origin of a stand-in on this machine`);
  }
  return url;
};

/**
 * Takes the key out of the environment: after this it is only in this process's memory, so a child process inherits nothing.
 * @throws UsageError without a key
 */
export const takeKey = ({ env }: Pick<Context, 'env'>, who = '--truora'): string => {
  const key = env.TRUORA_API_KEY?.trim();
  delete env.TRUORA_API_KEY;
  if (!key) throw new UsageError(`${who} needs Truora's key in the environment variable TRUORA_API_KEY`);
  return key;
};

/** What `--truora` asks for: the origin, the key, and a ledger on disk that outlives this process. */
export const truoraOf = (
  given: string | undefined,
  context: Pick<Context, 'env' | 'stateFolder'>,
): Pick<LocalSystemOptions, 'truora' | 'ledgerDirectory'> => {
  if (given === undefined) return {};
  const url = originOf(given);
  const ledgerDirectory = join(context.stateFolder, '.ledger', url.host.replaceAll(':', '_'));
  return { truora: { origin: url.origin, key: takeKey(context) }, ledgerDirectory };
};
