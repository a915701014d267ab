import { Gate, heldBack, type Keeper } from '../domain/gate.ts';
import type { Access } from './signed.ts';
import { changeTexts, readTexts } from './signed-item.ts';

/** The item of the ledger that the gate is kept in. */
export const GATE = 'GATE#truora';

/** The gate before Truora, for functions that know nothing else of the ledger: the item of `gate.ts`, without its client. */
export const signedGate = (access: Access, table: string): Keeper => ({
  read: async () => Gate.parse((await readTexts(access, table, GATE)) ?? {}),
  holdBack: async (retryAfterSeconds) => {
    await changeTexts(access, table, GATE, heldBack(retryAfterSeconds, new Date()));
  },
});
