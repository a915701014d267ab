import type { ComponentChildren } from 'preact';
import { Step } from '../parts/step.tsx';
import { useWords } from '../words/use-words.ts';

type Props = {
  /** The part that has been sent, 0 to 1. */
  part: number;
  hasFailed: boolean;
  onAgain: () => void;
  phrase: ComponentChildren;
};

/** How far the upload is, and its repeat where it was cut off. */
export const Send = ({ part, hasFailed, onAgain, phrase }: Props) => {
  const { say } = useWords();
  const percent = Math.floor(part * 100);
  return (
    <Step word="sending">
      {phrase}
      <progress max={100} value={percent} aria-label={say('sending')} />
      <p>{say('sent', percent)}</p>
      <p role="alert" class="fault">
        {hasFailed ? say('sendFault') : ''}
      </p>
      {hasFailed ? (
        <div class="actions">
          <button type="button" class="primary" onClick={onAgain}>
            {say('tryAgain')}
          </button>
        </div>
      ) : null}
    </Step>
  );
};
