import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

/** Runs one job in a process of its own: one system at a time is the sole owner of a process's clock. */
export const inProcess = async <Done>(script: string, job: unknown): Promise<Done> => {
  const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await code) !== 0)
    throw new Error(`a process of the harness failed with ${JSON.stringify(job)}:\n${err}${out.slice(-2000)}`);
  return JSON.parse(out);
};

/** Runs jobs in as many processes as there are cores, in their order, and hands on each result as it comes. */
export const inProcesses = async <Job, Done>(
  run: (job: Job) => Promise<Done>,
  jobs: readonly Job[],
  heard: (done: Done, job: Job) => void,
  cores = availableParallelism(),
): Promise<void> => {
  const left = [...jobs];
  const work = async () => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) heard(await run(job), job);
  };
  await Promise.all(Array.from({ length: cores }, work));
};
