import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutated, testsOf } from './files.ts';
import { type Equivalent, killedOf, type Report, survivorsOf, unmet } from './score.ts';

const source = 'const a = 1;\nif (a > 1 && isOpen(a)) {\n  close();\n}\n';

const at = (line: number, from: number, to: number) => ({
  start: { line, column: from },
  end: { line, column: to },
});

const mutants = [
  { mutatorName: 'OtherNumber', replacement: '2', status: 'Survived', location: at(1, 11, 12) },
  { mutatorName: 'EqualityOperator', replacement: 'a >= 1', status: 'NoCoverage', location: at(2, 5, 10) },
  { mutatorName: 'RemovedStatement', replacement: '{}', status: 'Killed', location: at(3, 3, 11) },
  { mutatorName: 'ConditionalExpression', replacement: 'true', status: 'Timeout', location: at(2, 5, 23) },
  { mutatorName: 'StringLiteral', replacement: '""', status: 'Ignored', location: at(3, 3, 4) },
];

const report: Report = { files: { 'shared/a.ts': { source, mutants } } };

const same: Equivalent = {
  file: 'shared/a.ts',
  line: 'const a = 1;',
  mutator: 'OtherNumber',
  original: '1',
  replacement: '2',
  reason: 'only its sign is looked at',
};

test('a change survives when no test notices or reaches it', () => {
  expect(survivorsOf(report, [])).toEqual([
    { line: 1, text: 'const a = 1;', mutator: 'OtherNumber', original: '1', replacement: '2' },
    {
      line: 2,
      text: 'if (a > 1 && isOpen(a)) {',
      mutator: 'EqualityOperator',
      original: 'a > 1',
      replacement: 'a >= 1',
    },
  ]);
});

test('a change that never ends is killed, and one that is left out is neither', () => {
  expect(killedOf(mutants)).toBe(2);
});

test('a reason holds for its own change alone, on any line', () => {
  expect(survivorsOf(report, [same]).map(({ line }) => line)).toEqual([2]);
  const moved = {
    files: { 'shared/a.ts': { source: `\n${source}`, mutants: [{ ...mutants[0], location: at(2, 11, 12) }] } },
  };
  expect(survivorsOf(moved as Report, [same])).toEqual([]);
  expect(survivorsOf(report, [{ ...same, replacement: '0' }])).toHaveLength(2);
});

test('a reason for a killed or missing change is reported', () => {
  const gone = { ...same, line: 'const b = 1;' };
  const killed = { ...same, line: 'close();', mutator: 'RemovedStatement', original: 'close();', replacement: '{}' };
  expect(unmet(report, [same, gone, killed])).toEqual([gone, killed]);
});

test.each(mutated)('%s exists, so that it can be changed', (file) => {
  expect(existsSync(join(import.meta.dirname, '../..', file))).toBe(true);
});

test.each([...new Set(Object.values(testsOf).flat())])('%s exists, so that it can be run', (file) => {
  expect(existsSync(join(import.meta.dirname, '../..', file))).toBe(true);
});
