import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { giveForm, NotValidError, RefusedError, type View } from '../api.ts';
import { CameraError, type CameraFault, closeCamera, openCamera } from '../camera.ts';
import { faultOf } from '../media-file.ts';
import { FileChoice } from '../parts/file-choice.tsx';
import { Phrase } from '../parts/phrase.tsx';
import { Sketch } from '../parts/sketch.tsx';
import { Step } from '../parts/step.tsx';
import { upload } from '../upload.ts';
import type { useCase } from '../use-case.ts';
import { useWords, type Word } from '../words/use-words.ts';
import { Review } from './review.tsx';
import { Send } from './send.tsx';
import { Shoot } from './shoot.tsx';

type Props = { session: string; view: View; wasUnused: boolean } & Pick<
  ReturnType<typeof useCase>,
  'refresh' | 'markSent'
>;

type State =
  | { at: 'ready'; fault?: CameraFault | 'fileType' | 'fileSize' | 'unused' }
  | { at: 'opening' }
  | { at: 'camera'; stream: MediaStream }
  | { at: 'review'; media: Blob }
  | { at: 'sending'; media: Blob; part: number; hasFailed: boolean };

const hints = { photo: 'hintPhoto', video: 'hintVideo', speech: 'hintSpeech' } as const satisfies Record<string, Word>;

/** Gets the media from the camera, or from a file where there is none, shows it to the person, and sends it. */
export const Record = ({ session, view, wasUnused, refresh, markSent }: Props) => {
  const { say, language } = useWords();
  const kind = view.record;
  const [state, setState] = useState<State>({ at: 'ready', ...(wasUnused ? { fault: 'unused' } : {}) });
  const stream = useRef<MediaStream | undefined>(undefined);
  const release = useCallback(() => {
    closeCamera(stream.current);
    stream.current = undefined;
  }, []);
  useEffect(() => release, [release]);

  const open = async () => {
    setState({ at: 'opening' });
    try {
      const opened = await openCamera(kind);
      stream.current = opened;
      // For example unplugged, or taken by a call.
      for (const track of opened.getTracks()) track.onended = () => fail('failed');
      setState({ at: 'camera', stream: opened });
    } catch (error) {
      fail(error instanceof CameraError ? error.fault : 'failed');
    }
  };
  const fail = (fault: CameraFault) => {
    release();
    setState({ at: 'ready', fault });
  };
  const use = (media: Blob) => {
    release();
    setState({ at: 'review', media });
  };
  const choose = (file: File) => {
    const fault = faultOf(file, kind);
    if (fault) setState({ at: 'ready', fault });
    else use(file);
  };
  // Each attempt has a new form: a form lasts for minutes.
  const send = async (media: Blob) => {
    const show = (part: number, hasFailed = false) => setState({ at: 'sending', media, part, hasFailed });
    show(0);
    try {
      await upload(await giveForm(session, language, media.type), media, show);
      markSent();
    } catch (error) {
      show(0, true);
      // The case says what to do: it may have ended meanwhile.
      if (error instanceof NotValidError || error instanceof RefusedError) await refresh();
    }
  };

  const phrase = view.phrase ? <Phrase phrase={view.phrase} recordBefore={view.recordBefore} /> : null;
  if (state.at === 'sending')
    return <Send key="sending" {...state} onAgain={() => send(state.media)} phrase={phrase} />;
  if (state.at === 'review') {
    const { media } = state;
    return <Review key="review" {...{ media, onSend: () => send(media), onAgain: open, phrase }} />;
  }
  if (state.at === 'camera')
    return <Shoot key="camera" {...{ kind, stream: state.stream, onMedia: use, onFault: fail, phrase }} />;
  if (state.at === 'opening')
    return (
      <Step key="opening" word="openingCamera" isWaiting>
        {phrase}
      </Step>
    );
  const { fault } = state;
  return (
    <Step key="ready" word={kind} more={fault ? undefined : say(hints[kind])}>
      {phrase ?? <Sketch />}
      <p role="alert" class="fault">
        {fault ? say(fault) : ''}
      </p>
      <div class="actions">
        {fault ? <FileChoice kind={kind} onChosen={choose} /> : null}
        <button type="button" class={fault ? '' : 'primary'} onClick={open}>
          {say(fault ? 'tryAgain' : 'openCamera')}
        </button>
      </div>
    </Step>
  );
};
