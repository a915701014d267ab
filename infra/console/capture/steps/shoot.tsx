import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type CameraFault, type Kind, type Recording, record, recordMs, takePhoto } from '../camera.ts';
import { CameraView } from '../parts/camera-view.tsx';
import { Step } from '../parts/step.tsx';
import { useWords } from '../words/use-words.ts';

type Props = {
  kind: Kind;
  stream: MediaStream;
  onMedia: (media: Blob) => void;
  onFault: (fault: CameraFault) => void;
  phrase: ComponentChildren;
};

const buttons = { photo: 'takePhoto', video: 'startVideo', speech: 'startSpeech' } as const;

/** The camera, and the button that takes the photo or starts the recording. */
export const Shoot = ({ kind, stream, onMedia, onFault, phrase }: Props) => {
  const { say } = useWords();
  const [video, setVideo] = useState<HTMLVideoElement>();
  const [isStarting, setIsStarting] = useState(false);
  const [recording, setRecording] = useState<Recording>();
  const isHere = useRef(true);
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );

  const start = async (from: HTMLVideoElement) => {
    try {
      if (kind === 'photo') return onMedia(await takePhoto(from));
      setIsStarting(true);
      const running = await record(stream, kind);
      setRecording(running);
      const media = await running.finished;
      if (isHere.current) onMedia(media);
    } catch {
      if (isHere.current) onFault('failed');
    }
  };

  return (
    <Step word="inOval">
      {phrase}
      <CameraView
        stream={stream}
        recordingMs={recording && kind !== 'photo' ? recordMs[kind] : undefined}
        onReady={setVideo}
      />
      <div class="actions">
        {recording && kind !== 'photo' ? <TimeLeft ms={recordMs[kind]} /> : null}
        {recording && kind === 'speech' ? (
          <button type="button" class="primary" onClick={recording.stop}>
            {say('stop')}
          </button>
        ) : null}
        {recording ? null : (
          <button
            type="button"
            class="primary shutter"
            disabled={!video || isStarting}
            onClick={() => video && start(video)}
          >
            {say(video && !isStarting ? buttons[kind] : 'openingCamera')}
          </button>
        )}
      </div>
    </Step>
  );
};

const TimeLeft = ({ ms }: { ms: number }) => {
  const { say } = useWords();
  const [end] = useState(() => Date.now() + ms);
  const [left, setLeft] = useState(Math.ceil(ms / 1000));
  useEffect(() => {
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000))), 100);
    return () => clearInterval(timer);
  }, [end]);
  return (
    <p class="recording" role="timer">
      {say('recording', left)}
    </p>
  );
};
