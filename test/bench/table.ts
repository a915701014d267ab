import { type Figure, holds } from './figures.ts';

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 3 : 1);

/** The figures as a table of Markdown, target and reference beside each. */
export const table = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => {
    const { metric, what, value, unit, p95, target, reference } = figure;
    const kept = holds(figure);
    const wanted = target ? ('atMost' in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`) : '';
    return [
      metric,
      what,
      `${shown(value)}${unit === 'count' ? '' : ` ${unit}`}`,
      p95 === undefined ? '' : shown(p95),
      wanted,
      kept === undefined ? '' : kept ? 'holds' : '**misses**',
      reference ?? '',
    ];
  });
  return [
    ['', 'what', 'measured', 'p95', 'target', '', 'reference'],
    ['---', '---', '---:', '---:', '---:', '---', '---'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
};
