import { columnOf } from './function-table.ts';

/** The longest time of a re-validation: Truora's longest timeout (6 h), and two hours for the waits before and after. */
export const MACHINE_SECONDS = 8 * 3600;

/** Seconds after which Lambda ends each function. */
export const functionSeconds = columnOf(({ seconds }) => seconds);

/**
 * How much longer the machine waits for a function than Lambda lets it run: if the machine gave up first, the next try
 * would start while the first still runs. A cold start may take 10 s (Lambda's limit for the initialisation), which are not
 * counted in the function's own time; the rest is for the network.
 */
export const STATE_MARGIN_SECONDS = 15;
