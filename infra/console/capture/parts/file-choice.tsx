import { useRef } from 'preact/hooks';
import type { Kind } from '../camera.ts';
import { typesFor } from '../media-file.ts';
import { useWords } from '../words/use-words.ts';

/** Chooses a file where there is no camera. A phone opens its own camera app for it. */
export const FileChoice = ({ kind, onChosen }: { kind: Kind; onChosen: (file: File) => void }) => {
  const { say } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        hidden
        type="file"
        accept={typesFor(kind).join(',')}
        capture="user"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) onChosen(file);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
      <button type="button" class="primary" onClick={() => input.current?.click()}>
        {say('chooseFile')}
      </button>
    </>
  );
};
