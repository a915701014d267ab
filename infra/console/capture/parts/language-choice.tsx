import { type Language, languages } from '../../shared/language.ts';
import { useWords } from '../words/use-words.ts';

/** Each language by its own name, as a person looks for it. */
const names: Record<Language, string> = { es: 'Español', pt: 'Português', en: 'English' };

export const LanguageChoice = ({ setLanguage }: { setLanguage: (language: Language) => void }) => {
  const { say, language } = useWords();
  return (
    <select
      aria-label={say('language')}
      value={language}
      onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language)}
    >
      {languages.map((one) => (
        <option key={one} value={one} lang={one}>
          {names[one]}
        </option>
      ))}
    </select>
  );
};
