import { createContext, useContext } from 'react';
import { type Language, localeOf } from '../../shared/language.ts';
import { en, type Word } from './en.ts';
import { es } from './es.ts';
import { pt } from './pt.ts';

const dictionaries = { en, es, pt };

export const LanguageContext = createContext<Language>('en');

/** A text in the language of the page. @param value takes the place of `{n}` */
export type Say = (word: Word, value?: string | number) => string;

/** The status of a case as a word: `failed` is also the word for what could not be loaded. */
export const statusWord = (status: string): Word => (status === 'failed' ? 'failedStatus' : (status as Word));

/** The phase of one case as a word: the funnel's word for it counts several cases. */
export const phaseWord = (phase: string): Word => (`${phase}Phase` in en ? `${phase}Phase` : statusWord(phase)) as Word;

export const useWords = (): { say: Say; language: Language; locale: string } => {
  const language = useContext(LanguageContext);
  const words = dictionaries[language];
  return {
    say: (word, value) => words[word].replace('{n}', String(value ?? '')),
    language,
    locale: localeOf(language),
  };
};
