import { expect, test } from 'vitest';
import { es } from '../../infra/console/operator/words/es.ts';
import { pt } from '../../infra/console/operator/words/pt.ts';
import { phaseWord } from '../../infra/console/operator/words/use-words.ts';
import { phases } from '../../shared/domain/lifecycle.ts';

test('the phase of one case is said of one case, where the funnel counts several', () => {
  expect([es[phaseWord('claimed')], es.claimed]).toEqual(['tomado', 'tomados']);
  expect([pt[phaseWord('created')], pt.created]).toEqual(['criado', 'criados']);
});

test('every phase of a case has a word', () => {
  expect(phases.filter((phase) => !es[phaseWord(phase)])).toEqual([]);
});
