/** The languages of both apps. */
export const languages = ['es', 'pt', 'en'] as const;

export type Language = (typeof languages)[number];

const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text);

/**
 * The language of the page: the one in the address (`?lang=pt`), or the first of the browser's that there are words for, or Spanish as
 * in the API.
 */
export const pageLanguage = (search: string, wanted: readonly string[]): Language =>
  [new URLSearchParams(search).get('lang') ?? '', ...wanted.map((tag) => tag.slice(0, 2).toLowerCase())].find(
    isLanguage,
  ) ?? 'es';

/** The locale of numbers and dates. */
export const localeOf = (language: Language): string => ({ es: 'es-419', pt: 'pt-BR', en: 'en-GB' })[language];
