import { vi } from 'vitest';

/** Shorter than a test may take, so that it is said what did not come. Vitest's own second is short on a busy machine. Milliseconds. */
const MOST_MS = 60_000;

/** Waits until what is expected holds, on a machine of any speed; nothing is judged by the time. */
export const waitFor = <Seen>(look: () => Seen | Promise<Seen>): Promise<Seen> =>
  vi.waitFor(look, { timeout: MOST_MS });
