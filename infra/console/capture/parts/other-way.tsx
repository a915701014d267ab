import { useRef, useState } from 'preact/hooks';
import { takeOtherWay } from '../api.ts';
import type { useCase } from '../use-case.ts';
import { useWords } from '../words/use-words.ts';

/** The way out, which is there in each step until the end. It asks once, since the case ends with it. */
export const OtherWay = ({ act }: Pick<ReturnType<typeof useCase>, 'act'>) => {
  const { say, language } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const leave = async () => {
    setState('busy');
    try {
      await act((session) => takeOtherWay(session, language));
      setState('idle');
      dialog.current?.close();
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <button type="button" class="link" onClick={() => dialog.current?.showModal()}>
        {say('otherWay')}
      </button>
      <dialog ref={dialog} aria-labelledby="other-way">
        <h2 id="other-way">{say('otherWayTitle')}</h2>
        <p>{say('otherWayMore')}</p>
        <p role="alert" class="fault">
          {state === 'failed' ? say('sendFault') : ''}
        </p>
        <div class="actions">
          <button type="button" class="primary" disabled={state === 'busy'} onClick={leave}>
            {say('otherWayYes')}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {say('goBack')}
          </button>
        </div>
      </dialog>
    </>
  );
};
