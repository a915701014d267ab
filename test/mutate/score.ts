/** As much of a report of Stryker's (mutation-testing-report-schema) as is used here. Lines and columns count from 1. */
type Position = { line: number; column: number };

type Mutant = {
  mutatorName: string;
  replacement?: string;
  status: string;
  location: { start: Position; end: Position };
};

export type Report = { files: Record<string, { source: string; mutants: Mutant[] }> };

/** A change without a visible effect, and why. `line` is the text it begins in: numbers move. */
export type Equivalent = {
  file: string;
  line: string;
  mutator: string;
  original: string;
  replacement: string;
  reason: string;
};

export type Survivor = { line: number; text: string; mutator: string; original: string; replacement: string };

/** One that never ends, or that cannot be loaded, is noticed as much as one that fails a test. */
const ends = ['Killed', 'Timeout', 'RuntimeError', 'CompileError'];

export const killedOf = (mutants: readonly Mutant[]): number =>
  mutants.filter(({ status }) => ends.includes(status)).length;

/** White space is the printer's, not the mutant's. */
const plain = (code: string): string => code.replaceAll(/\s+/g, ' ').trim();

const textOf = (source: string, { start, end }: Mutant['location']): string => {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return plain(lines.join('\n'));
};

const aliveIn = (report: Report): Survivor[] =>
  Object.values(report.files).flatMap(({ source, mutants }) =>
    mutants
      .filter(({ status }) => ['Survived', 'NoCoverage'].includes(status))
      .map(({ mutatorName, replacement = '', location }) => ({
        line: location.start.line,
        text: plain(source.split('\n')[location.start.line - 1] ?? ''),
        mutator: mutatorName,
        original: textOf(source, location),
        replacement: plain(replacement),
      })),
  );

const isOne = (survivor: Survivor, { line, mutator, original, replacement }: Equivalent): boolean =>
  survivor.text === plain(line) &&
  survivor.mutator === mutator &&
  survivor.original === plain(original) &&
  survivor.replacement === plain(replacement);

/** What no test noticed and no reason explains. */
export const survivorsOf = (report: Report, equivalent: readonly Equivalent[]): Survivor[] =>
  aliveIn(report).filter((survivor) => !equivalent.some((one) => isOne(survivor, one)));

/** Reasons that stand for nothing: the code is another by now, or a test kills it after all. */
export const unmet = (report: Report, equivalent: readonly Equivalent[]): Equivalent[] => {
  const alive = aliveIn(report);
  return equivalent.filter((one) => !alive.some((survivor) => isOne(survivor, one)));
};
