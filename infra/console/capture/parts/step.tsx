import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useWords, type Word } from '../words/use-words.ts';

type Props = {
  /** The heading of the step. */
  word: Word;
  more?: string | undefined;
  /** Shows that something goes on. */
  isWaiting?: boolean;
  children?: ComponentChildren;
};

/** A step of the page. Its heading gets the focus when it appears, so that a screen reader reads on from there. */
export const Step = ({ word, more, isWaiting = false, children }: Props) => {
  const { say } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const text = say(word);
  useEffect(() => {
    document.title = `${text} · ${say('title')}`;
  }, [text, say]);
  return (
    <section aria-busy={isWaiting}>
      {isWaiting ? <div class="spinner" aria-hidden="true" /> : null}
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {more ? <p role={isWaiting ? 'status' : undefined}>{more}</p> : null}
      {children}
    </section>
  );
};
