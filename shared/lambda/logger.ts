/** All fields of a log line. It holds no personal data, no media and no answer of Truora. */
export type LogLine = {
  step: string;
  revalidationId?: string | undefined;
  error?: string;
  /** Stack frames of an error, never its message. */
  at?: string;
  reason?: string;
  milliseconds?: number;
  events?: number;
  /** Items that a job handled, and those that failed. */
  seen?: number;
  failed?: number;
  count?: string;
};

/** The longest value of a line. Reasons and error names are far shorter. Characters. */
const MAX_LENGTH = 200;

/** Characters that JSON does not escape, and that a terminal or log reader may treat as a line break or command. */
const unprintable = /[\u007f-\u009f\u2028\u2029]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Writes one line of JSON; every control character is escaped, so no value can begin a new line. */
export const log = (level: 'info' | 'warn' | 'error', message: string, line: LogLine): void => {
  const cut = Object.entries(line).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_LENGTH) : value,
  ]);
  // biome-ignore lint/suspicious/noConsole: this is the one place that writes to the log.
  console.log(JSON.stringify({ level, message, ...Object.fromEntries(cut) }).replace(unprintable, escaped));
};
