import { spawnSync } from 'node:child_process';

/** A command of a document, its exit code, and a part of what it prints. */
export type Documented = { command: string; code: number; prints: string | undefined };

/** What begins a command: the helpers of the runbook, AWS's command line, and ours. */
const beginnings = /^(?:\w+=\S+ )?(?:fr|lines|aws|npx face-revalidation) /;

/** The commands of a chapter as its reader copies them: inline, with what is said about them, and line by line in blocks of `sh`. */
export const commandsIn = (chapter: string): Documented[] => {
  const blocks = [...chapter.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
  const inBlocks = blocks.flatMap((block) =>
    block
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => ({ command: line.trim(), code: 0, prints: undefined })),
  );
  const prose = chapter.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/\s*\n\s*/g, ' ');
  const inline = [...prose.matchAll(/`([^`]+)`(?: \(exit (\d)\))?(?: \(\w+\))?(?: prints "([^"]+)")?/g)].map(
    ([, command = '', code = '0', prints]) => ({ command, code: Number(code), prints }),
  );
  return [...inline, ...inBlocks].filter(({ command }) => beginnings.test(command));
};

/** One program that a shell starts: its name and words, and the variables in front of it. */
export type Started = { program: string; words: string[]; env: Record<string, string> };

/**
 * What a real shell makes of a command that is pasted after the helpers of a document: `npx` and `aws` say how they were called, and
 * `outputs NAME` prints its value.
 * @throws Error for what a shell cannot read, and for a program of another name
 */
export const startedBy = (helpers: string, command: string, outputs: Record<string, string>): Started[] => {
  const script = `
    say() { printf '%s\\0' "$@" "key=$TRUORA_API_KEY" >&3; printf '\\n\\0' >&3; }
    npx() { say npx "$@"; if [ "$2" = outputs ]; then eval "printf '%s\\n' \\"\\$OUTPUT_$3\\""; fi; }
    aws() { say aws "$@"; }
    set -u
    ${helpers}
    ${command}`;
  const env = {
    PATH: '',
    TRUORA_API_KEY: '',
    ...Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`OUTPUT_${name}`, value])),
  };
  const { status, stderr, output } = spawnSync('/bin/sh', ['-c', script], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return String(output[3] ?? '')
    .split('\n\0')
    .filter((call) => call !== '')
    .map((call) => {
      const [program = '', ...rest] = call.split('\0').slice(0, -1);
      const key = rest.pop()?.slice('key='.length) ?? '';
      return { program, words: rest, env: key === '' ? {} : { TRUORA_API_KEY: key } };
    });
};
