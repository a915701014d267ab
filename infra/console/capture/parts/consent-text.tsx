import { useCallback, useEffect, useState } from 'preact/hooks';
import type { TextRef } from '../api.ts';
import { type Block, blocksOf, readText } from '../consent-text.ts';
import { useWords } from '../words/use-words.ts';

type Props = {
  /** A text of the case. Another one is another element: it is read once. */
  text: TextRef;
  /** Gets the hash of the text as soon as the person can read it. */
  onRead: (hash: string) => void;
};

/** The words of a text of consent, with its version. */
export const ConsentText = ({ text: given, onRead }: Props) => {
  const { say } = useWords();
  const [text] = useState(given);
  const [blocks, setBlocks] = useState<Block[]>();
  const [hasFailed, setFailed] = useState(false);
  const load = useCallback(async () => {
    setFailed(false);
    try {
      setBlocks(blocksOf(await readText(text)));
      onRead(text.textSha256);
    } catch {
      setFailed(true);
    }
  }, [text, onRead]);
  useEffect(() => void load(), [load]);
  if (hasFailed)
    return (
      <>
        <p role="alert" class="fault">
          {say('textFault')}
        </p>
        <button type="button" onClick={load}>
          {say('tryAgain')}
        </button>
      </>
    );
  const { purpose, country, language, textVersion } = text;
  return (
    <article lang={language} aria-busy={!blocks}>
      {blocks?.map((block) => (
        <BlockView key={keyOf(block)} {...block} />
      ))}
      <p class="small">{say('textVersion', `${purpose}.${country}.${language}.${textVersion}`)}</p>
    </article>
  );
};

const keyOf = (block: Block): string => (block.kind === 'list' ? block.items.join() : block.text);

const BlockView = (block: Block) => {
  if (block.kind === 'heading') return <h2>{block.text}</h2>;
  if (block.kind === 'quote') return <blockquote>{block.text}</blockquote>;
  if (block.kind === 'paragraph') return <p>{block.text}</p>;
  return (
    <ul>
      {block.items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
};
