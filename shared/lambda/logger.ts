import { logEnv } from './env.ts';
import { requestIdNow, traceIdNow } from './invocation.ts';
import { isLogged, type LogLevel } from './log-level.ts';

/** Our fields of a log line. It holds no personal data, no media and no answer of Truora. */
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

/** The value of `service` without `POWERTOOLS_SERVICE_NAME`. */
const SERVICE = 'face-revalidation';

/** Characters that JSON does not escape, and that a terminal or log reader may treat as a line break or command. */
const unprintable = /[\u007f-\u009f\u2028\u2029]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Writes one line of JSON with the field names of Powertools' logger (`level`, `message`, `timestamp`, `service`,
 * `function_request_id`, `xray_trace_id`), so that tools made for it read our lines, and with our fields. Every control character is
 * escaped, so no value can begin a new line.
 *
 * Not Powertools' logger itself: it takes any object and writes an error with its message and stack, and here the fields are a closed
 * list because messages can hold personal data. It also adds 23 KB to each function (measured, minified).
 *
 * Written to stdout directly, as Powertools does: with Lambda's JSON format `console` wraps each line as the `message` of another
 * JSON object, and with the text format it adds a prefix (documented).
 */
export const log = (level: 'info' | 'warn' | 'error', message: string, line: LogLine): void => {
  const upper = level.toUpperCase() as LogLevel;
  if (!isLogged(upper)) return;
  const fields = {
    level: upper,
    message,
    ...line,
    timestamp: new Date().toISOString(),
    service: logEnv('POWERTOOLS_SERVICE_NAME') ?? SERVICE,
    function_request_id: requestIdNow(),
    xray_trace_id: traceIdNow(),
  };
  const cut = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_LENGTH) : value,
  ]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(cut)).replace(unprintable, escaped)}\n`);
};
