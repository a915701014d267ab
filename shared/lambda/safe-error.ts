import { NamedError } from '../domain/errors.ts';

/** The most stack frames of an unexpected error that are kept: about 1 KB of the execution history. */
const MAX_FRAMES = 8;

/** The thrown value as an Error. A value that is none is not shown. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new TypeError('a value that is no Error was thrown');

/** The stack frames without the message. A message may contain lines that look like frames, so the stack is read after it. */
export const safeFrames = ({ message, stack = '' }: Error): string[] => {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const lines = stack.slice(end + message.length).split('\n');
  return lines.filter((frame) => /^\s+at /.test(frame)).slice(0, MAX_FRAMES);
};

/**
 * An error that is safe for logs and the execution history. Named errors are safe. Any other message is foreign text (an SDK
 * quotes ARNs, a parser quotes its input), so only the name and the stack frames stay.
 */
export const redactError = (error: Error): Error => {
  const named = error instanceof NamedError;
  const shown = new Error(named ? error.message : `unexpected: ${error.name}`);
  shown.name = error.name;
  const frames = named ? [] : safeFrames(error);
  shown.stack = [`${shown.name}: ${shown.message}`, ...frames].join('\n');
  return shown;
};
