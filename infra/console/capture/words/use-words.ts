import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from '../../shared/language.ts';
import { en, type Word } from './en.ts';
import { es } from './es.ts';
import { pt } from './pt.ts';

export type { Word } from './en.ts';

const dictionaries = { en, es, pt };

export const LanguageContext = createContext<Language>('es');

/** The texts of the page's language. `say` puts a value in the place of `{n}`. */
export const useWords = () => {
  const language = useContext(LanguageContext);
  const say = (word: Word, value?: string | number): string =>
    dictionaries[language][word].replace('{n}', String(value ?? ''));
  return { say, language };
};
