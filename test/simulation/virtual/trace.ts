import { createHash } from 'node:crypto';
import { clock, EPOCH } from './clock.ts';
import type { Effect, Handling } from './effects.ts';

/** What happened in a system, line by line: `seconds effect error`. The same seed must give the same lines. */
export const traceOf = () => {
  const lines: string[] = [];
  const say = (text: string) => {
    lines.push(`${((clock.now() - EPOCH) / 1000).toFixed(3)} ${text}`);
  };
  return {
    lines,
    say,
    saw: ({ invocation, name }: Effect, { kind }: Handling, error: unknown) => {
      const how = kind === 'through' ? '' : ` [${kind}]`;
      const what = error instanceof Error ? ` ${error.name}` : '';
      say(`${invocation.name}: ${name}${how}${what}`);
    },
    hash: () => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16),
  };
};
