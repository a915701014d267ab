import type { TextRef } from './api.ts';

/** The text of a consent is not there, or it is another one than the case names: nothing may be agreed to. */
export class TextError extends Error {}

const hexOf = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Reads a text of consent and checks that it is the one whose hash goes onto the receipt.
 * @throws TextError
 */
export const readText = async (ref: TextRef): Promise<string> => {
  const { purpose, country, language, textVersion, textSha256 } = ref;
  const answer = await fetch(`./consent/${purpose}.${country}.${language}.${textVersion}.md`);
  if (!answer.ok) throw new TextError('the text is not there');
  const bytes = await answer.arrayBuffer();
  if (hexOf(await crypto.subtle.digest('SHA-256', bytes)) !== textSha256) throw new TextError('it is another text');
  return new TextDecoder().decode(bytes);
};

export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'quote'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'paragraph'; text: string };

const isItem = (line: string): boolean => /^[-*] /.test(line);

const blockOf = (lines: string[]): Block => {
  const [first = ''] = lines;
  const text = lines.join(' ');
  if (first.startsWith('#')) return { kind: 'heading', text: text.replace(/^#+ */, '') };
  if (first.startsWith('>')) return { kind: 'quote', text: lines.map((line) => line.replace(/^> ?/, '')).join(' ') };
  if (!isItem(first)) return { kind: 'paragraph', text };
  const items: string[] = [];
  for (const line of lines) {
    if (isItem(line)) items.push(line.slice(2));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return { kind: 'list', items };
};

/** Headings, paragraphs, lists and quotes of Markdown. Everything else is shown as it is written, so no word is lost. */
export const blocksOf = (markdown: string): Block[] =>
  markdown
    .replaceAll('\r\n', '\n')
    .split(/\n\s*\n|(?<=^#[^\n]*)\n/m)
    .map((part) => part.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0)
    .map(blockOf);
