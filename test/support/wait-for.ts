import { vi } from 'vitest';

/** Shorter than a test may take, so that it is said what did not come. Vitest's own second is short on a busy machine. Milliseconds. */
const MOST_MS = 60_000;

/**
 * Waits until what is expected holds, on a machine of any speed; nothing is judged by the time. A look fails by throwing: one that
 * returns a boolean does not compile, since its `false` would end the wait as a success.
 */
export const waitFor = <Seen>(
  look: () => Seen,
  ..._: Awaited<Seen> extends boolean ? [never] : []
): Promise<Awaited<Seen>> => vi.waitFor(look, { timeout: MOST_MS }) as Promise<Awaited<Seen>>;
