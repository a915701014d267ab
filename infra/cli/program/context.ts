/** What a command works with instead of the process: tests hand in their own. */
export type Context = {
  /** One line of the result, on stdout. */
  print(line: string): void;
  /** One line of progress or of a reason, on stderr, so that stdout holds the result alone. */
  log(line: string): void;
  stdin: AsyncIterable<Uint8Array>;
  env: NodeJS.ProcessEnv;
  /** The folder that a person's relative paths begin at. */
  folder: string;
  /** The folder that holds `.ledger` and the file of the running local system. */
  stateFolder: string;
  /** Closes a resource when the command is interrupted or has ended. */
  onEnd(close: () => Promise<void>): void;
  /** The sentence and the exit code of an interruption (Ctrl-C), and whether the command ends with the reader of its stdout. */
  onInterrupt(ending: Interruption): void;
};

export type Interruption = {
  parting: string;
  code?: number;
  endsWithReader?: boolean;
  /** What is not known after a crash, such as a charge. */
  doubt?: string;
};
