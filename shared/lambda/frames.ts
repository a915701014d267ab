/** Frames of an unexpected error that are kept: where it came from, in about 1 KB of the execution's history. */
const MAX_FRAMES = 8;

/** The frames alone: a message may have lines of its own that look like frames, so the stack is only read behind it. */
export const framesOf = ({ message, stack = '' }: Error): string[] => {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const lines = stack.slice(end + message.length).split('\n');
  return lines.filter((frame) => /^\s+at /.test(frame)).slice(0, MAX_FRAMES);
};
