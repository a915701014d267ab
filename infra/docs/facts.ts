import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The modules about Truora only: its answers, and the sandbox. */
const modules = ['shared/truora', 'infra/local/truora'];

const examples = 'shared/truora/examples';

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));

/** A mark is a parenthesis that begins with its word: `(documented)`, `(seen in ...)`, `(assumed: ...)`. */
export const countMarks = (sources: readonly string[]): Record<'documented' | 'seen' | 'assumed', number> => {
  const counts = { documented: 0, seen: 0, assumed: 0 };
  for (const source of sources) {
    for (const [, mark] of source.matchAll(/\((documented|seen|assumed)\b/g)) counts[mark as keyof typeof counts] += 1;
  }
  return counts;
};

/** The numbers of documented, seen and assumed facts about Truora, for the README's status. */
export const factsText = (): string => {
  const { documented, seen, assumed } = countMarks(modules.flatMap((folder) => filesOf(folder, '.ts')));
  const sources = filesOf(examples, '.json').map((text) => (JSON.parse(text) as { source: string }).source);
  const count = (source: string) => sources.filter((one) => one === source).length;
  return [
    `- **Facts about Truora** in the code: ${documented} documented, ${seen} seen (in Truora's public code), ${assumed} assumed.`,
    `  Of ${sources.length} example answers ${count('documentation')} come from Truora's documentation, ${count('assumed')} are assumed, ${count('recorded')} were recorded live.`,
  ].join('\n');
};
