import { cloneCommands } from '../../infra/cli/program/clone-commands.ts';
import type { Context, Interruption } from '../../infra/cli/program/context.ts';
import { run } from '../../infra/cli/program/run.ts';

export type Ran = {
  code: number;
  /** What was printed on stdout. */
  out: string;
  /** What was printed on stderr. */
  err: string;
  interruption: Interruption | undefined;
};

type How = Partial<Pick<Context, 'env' | 'folder' | 'stateFolder'>> & { stdin?: string | Uint8Array };

/** Runs a command line in this process, with streams of its own. @param folder where its files and state are */
export const runHere = async (argv: readonly string[], folder: string, how: How = {}): Promise<Ran> => {
  const out: string[] = [];
  const err: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  let interruption: Interruption | undefined;
  const context: Context = {
    print: (line) => void out.push(line),
    log: (line) => void err.push(line),
    stdin: (async function* () {
      if (how.stdin !== undefined) yield Buffer.from(how.stdin);
    })(),
    env: how.env ?? {},
    folder: how.folder ?? folder,
    stateFolder: how.stateFolder ?? folder,
    onEnd: (close) => void closers.push(close),
    onInterrupt: (ending) => {
      interruption = ending;
    },
  };
  const code = await run(argv, cloneCommands, context);
  for (const close of closers.reverse()) await close();
  return { code, out: out.join('\n'), err: err.join('\n'), interruption };
};
