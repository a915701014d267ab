import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../api.ts';
import { useWords } from '../words/use-words.ts';

const secondsUntil = (time: string): number => Math.max(0, Math.ceil((Date.parse(time) - serverNow()) / 1000));

/** Seconds at which a screen reader says the time: each second would drown the phrase. */
const said = [60, 30, 10, 0];

/** The phrase to read aloud, and how long it may still be recorded. */
export const Phrase = ({ phrase, recordBefore }: { phrase: string; recordBefore: string | undefined }) => {
  const { say } = useWords();
  const [left, setLeft] = useState(() => (recordBefore ? secondsUntil(recordBefore) : undefined));
  useEffect(() => {
    if (!recordBefore) return undefined;
    const timer = setInterval(() => setLeft(secondsUntil(recordBefore)), 500);
    return () => clearInterval(timer);
  }, [recordBefore]);
  const mark = left === undefined ? undefined : said.findLast((seconds) => left <= seconds);
  const announced = mark === undefined ? '' : mark === 0 ? say('timeOver') : say('secondsLeft', mark);
  return (
    <figure class="phrase">
      <figcaption>{say('phrase')}</figcaption>
      <blockquote>{phrase}</blockquote>
      {left === undefined ? null : (
        <p class={left <= 10 ? 'time short' : 'time'} role="timer">
          {left === 0
            ? say('timeOver')
            : say('timeLeft', `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`)}
        </p>
      )}
      <p class="only-read" role="status">
        {announced}
      </p>
    </figure>
  );
};
