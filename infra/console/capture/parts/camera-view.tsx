import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../words/use-words.ts';

type Props = {
  stream: MediaStream;
  /** How long the running recording is. Milliseconds. */
  recordingMs: number | undefined;
  onReady: (video: HTMLVideoElement) => void;
};

/** The picture of the camera, mirrored as in a mirror, behind an oval for the face. */
export const CameraView = ({ stream, recordingMs, onReady }: Props) => {
  const { say } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <div class="camera">
      <video
        ref={video}
        autoplay
        playsInline
        muted
        aria-label={say('camera')}
        onLoadedData={({ currentTarget }) => onReady(currentTarget)}
      />
      <svg viewBox="0 0 300 400" aria-hidden="true">
        <path class="around" fill-rule="evenodd" d="M0 0h300v400H0zM150 55a100 137 0 1 0 .01 0z" />
        <ellipse class="oval" cx="150" cy="192" rx="100" ry="137" />
        {recordingMs ? (
          <ellipse
            class="progress"
            cx="150"
            cy="192"
            rx="100"
            ry="137"
            pathLength={100}
            style={{ animationDuration: `${recordingMs}ms` }}
          />
        ) : null}
      </svg>
    </div>
  );
};
