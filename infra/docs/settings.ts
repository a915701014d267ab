/**
 * The docstring of each setting. A setting without its own docstring shares the one above it.
 * @param text the source of the configuration
 */
export const wordsOf = (text: string): Record<string, string> => {
  const words: Record<string, string> = {};
  let current = '';
  for (const [, comment, setting] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/|^ {2}(\w+): z/gm)) {
    if (comment !== undefined) current = comment.replace(/\s*\n\s*\*?\s*/g, ' ').trim();
    else if (setting) words[setting] = current;
  }
  return words;
};
