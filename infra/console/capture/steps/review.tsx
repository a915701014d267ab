import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Step } from '../parts/step.tsx';
import { useWords } from '../words/use-words.ts';

type Props = { media: Blob; onSend: () => void; onAgain: () => void; phrase: ComponentChildren };

/** Shows the person what would be sent. */
export const Review = ({ media, onSend, onAgain, phrase }: Props) => {
  const { say } = useWords();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(media);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [media]);
  const isPhoto = media.type.startsWith('image/');
  return (
    <Step word="review">
      {phrase}
      <div class="review">
        {url && isPhoto ? <img src={url} alt={say('yourPhoto')} /> : null}
        {/* biome-ignore lint/a11y/useMediaCaption: the person has just recorded it; there is no text of it */}
        {url && !isPhoto ? <video src={url} controls playsInline aria-label={say('yourVideo')} /> : null}
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={onSend}>
          {say('send')}
        </button>
        <button type="button" onClick={onAgain}>
          {say('again')}
        </button>
      </div>
    </Step>
  );
};
