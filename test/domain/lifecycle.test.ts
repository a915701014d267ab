import { describe, expect, test } from 'vitest';
import { isEnd, lifecycle, outcomeStatuses, type Phase, phases, predecessors } from '../../shared/domain/lifecycle.ts';

/** Every phase that can follow, over any number of steps. */
const allAfter = (phase: Phase, seen = new Set<Phase>()): Set<Phase> => {
  for (const next of lifecycle[phase]) {
    if (seen.has(next)) continue;
    seen.add(next);
    allAfter(next, seen);
  }
  return seen;
};

describe('the lifecycle', () => {
  test.each(phases)('never returns to %s', (phase) => {
    expect([...allAfter(phase)]).not.toContain(phase);
  });

  test('leads from the claim to every other phase', () => {
    expect(allAfter('claimed')).toEqual(new Set(phases.filter((phase) => phase !== 'claimed')));
  });

  test('ends in the seven outcomes, and nowhere else', () => {
    expect(phases.filter(isEnd)).toEqual([...outcomeStatuses]);
    expect(outcomeStatuses).toHaveLength(7);
  });

  test.each(outcomeStatuses)('never leaves %s', (status) => {
    expect(lifecycle[status]).toEqual([]);
  });

  test.each(phases.filter((phase) => !isEnd(phase)))('leaves %s by every end that is still possible', (phase) => {
    const possible = outcomeStatuses.filter((status) => status !== 'refused' || phase === 'claimed');
    expect(lifecycle[phase]).toEqual(expect.arrayContaining(possible));
  });

  test('refuses only what was not sent to Truora yet', () => {
    expect(predecessors('refused')).toEqual(['claimed']);
  });

  test('names only phases that it holds', () => {
    expect(phases).toEqual(expect.arrayContaining(Object.values(lifecycle).flat()));
  });
});

describe('the predecessors of a phase', () => {
  test('match the exact inverse of the table', () => {
    const forward = phases.flatMap((from) => lifecycle[from].map((to) => `${from} -> ${to}`));
    const backward = phases.flatMap((to) => predecessors(to).map((from) => `${from} -> ${to}`));
    expect(backward.sort()).toEqual(forward.sort());
    expect(new Set(backward).size).toBe(backward.length);
  });

  test('do not exist for the first phase', () => {
    expect(predecessors('claimed')).toEqual([]);
  });

  test('name the phases that a write must find', () => {
    expect(predecessors('created')).toEqual(['claimed']);
    expect(predecessors('moved')).toEqual(['created']);
    expect(predecessors('approved')).toEqual(['claimed', 'created', 'moved']);
  });
});
