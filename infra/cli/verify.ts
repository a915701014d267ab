import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { keysById } from '../../shared/evidence/jwks.ts';
import { MAX_EVIDENCE_BYTES, recordTypes, type Verified, verifyEvidence } from '../../shared/evidence/verify.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { exitCodes } from './program/exit-codes.ts';
import { readAll } from './program/media.ts';
import { UsageError } from './program/usage.ts';

type Options = { jwks: string; json?: boolean };

/** One byte more than is allowed, so that a larger file is seen to be larger. */
const MOST_BYTES = MAX_EVIDENCE_BYTES + 1;

export const define: Define = (command, does, context) => {
  command
    .description(
      'Verifies the evidence of a case or the certificate of an erasure, without a network: who signed it, every byte of it, and its trail.',
    )
    .argument('<file>', 'a file with evidence or a certificate, or - for stdin')
    .requiredOption('--jwks <file>', 'the public keys, from /.well-known/jwks.json of the deployment')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExit code: 0 valid; 1 not valid; 2 invalid arguments, or a file that cannot be read.');
  does(command, async (file: string, { jwks, json = false }: Options) => {
    const keys = keysIn(jwks, context);
    const verified = verifyEvidence(await readBytes(file, context), keys, recordTypes);
    context.print(json ? JSON.stringify(verified, null, 2) : linesOf(verified).join('\n'));
    return verified.valid ? exitCodes.ok : exitCodes.no;
  });
};

const readBytes = async (given: string, { folder, stdin }: Context): Promise<Buffer> =>
  given === '-' ? readAll(stdin, MOST_BYTES) : readStart(given, folder);

/** The beginning of a file: what is beyond it makes it too large. @throws UsageError */
const readStart = (given: string, folder: string): Buffer => {
  try {
    const handle = openSync(resolve(folder, given), 'r');
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.subarray(0, readSync(handle, bytes));
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new UsageError(`${given}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
};

const keysIn = (given: string, { folder }: Context): ReturnType<typeof keysById> => {
  const text = readStart(given, folder).toString('utf8');
  try {
    return keysById(JSON.parse(text));
  } catch (error) {
    const rule = error instanceof SyntaxError ? 'is not JSON' : (error as Error).message;
    throw new UsageError(`--jwks ${given}: ${rule}`);
  }
};

const linesOf = (verified: Verified): string[] => {
  if (!verified.valid) return [`not valid: ${verified.fault}: ${verified.detail}`];
  const { typ, kid, claims, withheld } = verified;
  const rows = Object.entries(claims).map(([name, value]) => `${name.padEnd(18)}${JSON.stringify(value)}`);
  return [
    `valid, signed with the key ${kid}`,
    `${'type'.padEnd(18)}${JSON.stringify(typ)}`,
    ...rows,
    `withheld: ${withheld.join(', ') || 'nothing'}`,
  ];
};
