import { type ReasonGroup, reasonGroups } from '../../../../shared/domain/reason-groups.ts';
import type { Language } from '../../shared/language.ts';
import { reasonsEs } from './reasons-es.ts';
import { reasonsPt } from './reasons-pt.ts';

const texts = { en: reasonGroups, es: reasonsEs, pt: reasonsPt };

/** What a group of reasons means, and what the operator does, in the language of the page. */
export const reasonText = (group: ReasonGroup, language: Language): { means: string; operator: string } =>
  texts[language][group];
