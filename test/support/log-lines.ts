import { vi } from 'vitest';

/** Keeps the lines of the log, as text, and the metrics; what else goes to stdout is not theirs. */
export const keepLog = (lines: string[], keepMetric: (metric: Record<string, unknown>) => void = () => {}): void => {
  const { write } = process.stdout;
  vi.spyOn(process.stdout, 'write').mockImplementation((given, ...more) => {
    const text = String(given);
    if (text.startsWith('{"_aws"')) keepMetric(JSON.parse(text));
    else if (text.startsWith('{"level"')) lines.push(text.trimEnd());
    else return write.call(process.stdout, given, ...(more as []));
    return true;
  });
};

/** A line without what differs between two runs, and with the fields of Powertools checked. @throws Error without one of them */
export const ownFieldsOf = (line: string): Record<string, unknown> => {
  const { timestamp, service, function_request_id: requestId, xray_trace_id: _, ...own } = JSON.parse(line);
  if (new Date(timestamp).toISOString() !== timestamp) throw new Error(`timestamp: ${timestamp}`);
  if (!service || !requestId) throw new Error(`a line without its service or request: ${line}`);
  return own;
};
