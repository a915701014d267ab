import { NamedError } from '../domain/errors.ts';

/** Frames of an unexpected error that are kept: where it came from, in about 1 KB of the execution's history. */
const MAX_FRAMES = 8;

/** The frames alone: a message may have lines of its own that look like frames, so the stack is only read behind it. */
export const safeFrames = ({ message, stack = '' }: Error): string[] => {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const lines = stack.slice(end + message.length).split('\n');
  return lines.filter((frame) => /^\s+at /.test(frame)).slice(0, MAX_FRAMES);
};

/**
 * An error as Lambda may log it and whoever called may keep it. Named errors are written for that. Any other message is
 * somebody else's text (an SDK quotes ARNs, a parser quotes its input), so only the name and the frames stay.
 */
export const redactError = (error: Error): Error => {
  const named = error instanceof NamedError;
  const shown = new Error(named ? error.message : `unexpected: ${error.name}`);
  shown.name = error.name;
  const frames = named ? [] : safeFrames(error);
  shown.stack = [`${shown.name}: ${shown.message}`, ...frames].join('\n');
  return shown;
};
