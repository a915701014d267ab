/** All that a log line may hold: nothing of a person, of the media or of Truora's answers has a place here. */
export type LogLine = {
  step: string;
  revalidationId?: string | undefined;
  error?: string;
  /** Where an error came from: frames of our own code, never a message. */
  at?: string;
  reason?: string;
  milliseconds?: number;
  events?: number;
  /** What a sweep found due, and what of it could not be done. */
  seen?: number;
  failed?: number;
  count?: string;
};

/** The longest value of a line. A reason or an error's name is far shorter; anything longer is not one. */
const MAX_LENGTH = 200;

/** What JSON leaves as it is, and a terminal or a log reader may take for a line break or a command. */
const unprintable = /[\u007f-\u009f\u2028\u2029]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Writes one line of JSON; every control character is escaped, so no value can begin a line of its own. */
export const log = (level: 'info' | 'warn' | 'error', message: string, line: LogLine): void => {
  const cut = Object.entries(line).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_LENGTH) : value,
  ]);
  // biome-ignore lint/suspicious/noConsole: this is the one place that writes to the log.
  console.log(JSON.stringify({ level, message, ...Object.fromEntries(cut) }).replace(unprintable, escaped));
};
