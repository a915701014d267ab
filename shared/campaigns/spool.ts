import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Text that is written at once. Characters. */
const BATCH = 65_536;

/**
 * A file on the function's disk, written line by line, that becomes one object: S3 takes no upload of unknown length, and an upload in
 * parts would need five permissions more. Use it with `spooling`, which deletes it.
 */
export class Spool {
  readonly path = join(tmpdir(), `campaign-${randomUUID()}`);
  #file: FileHandle | undefined;
  #waiting: string[] = [];
  #length = 0;
  #writing: Promise<void> = Promise.resolve();
  /** How many lines were added, and their bytes. */
  lines = 0;
  bytes = 0;

  async add(line: string): Promise<void> {
    this.lines += 1;
    this.bytes += Buffer.byteLength(line);
    this.#waiting.push(line);
    this.#length += line.length;
    if (this.#length >= BATCH) await this.#flush();
  }

  /** Everything that was added is on the disk after it. */
  async close(): Promise<void> {
    await this.#flush();
    await this.#file?.close();
    this.#file = undefined;
  }

  async delete(): Promise<void> {
    await this.#file?.close();
    await rm(this.path, { force: true });
  }

  /** Writes one batch after the other, also for several writers at once. */
  async #flush(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#length = 0;
    this.#writing = this.#writing.then(async () => {
      this.#file ??= await open(this.path, 'w', 0o600);
      await this.#file.appendFile(text);
    });
    await this.#writing;
  }
}

/** Runs something with new files, and deletes them at the end. */
export const spooling = async <Result>(
  count: number,
  run: (...spools: Spool[]) => Promise<Result>,
): Promise<Result> => {
  const spools = Array.from({ length: count }, () => new Spool());
  try {
    return await run(...spools);
  } finally {
    await Promise.all(spools.map((spool) => spool.delete()));
  }
};
