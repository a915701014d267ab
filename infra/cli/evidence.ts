import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readEvidence } from '../../shared/aws/evidence-store.ts';
import { RevalidationId } from '../../shared/domain/ids.ts';
import { openClaimsOf, withhold } from '../../shared/evidence/sd-jwt.ts';
import { caseOf } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { type Connected, connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument, UsageError } from './program/usage.ts';

type Options = StageOptions & { out?: string; withhold?: string };

/** Evidence is about a person, so only its owner reads the file. */
const OWNER_ONLY = 0o600;

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Prints the signed evidence of an ended case. Signs it first where that has not happened yet.')
    .argument('<id>', 'the id of the re-validation: RVL and 32 hex digits')
    .option('--out <file>', 'write it to a file')
    .option('--withhold <claims>', 'leave out these claims, such as accountId,media; the signature stays valid')
    .addHelpText('after', exitCodeHelp('the case has not ended, or its person was erased'));
  does(command, (id: string, options: Options) => evidence(id, options, context));
};

const evidence = async (given: string, options: Options, context: Context): Promise<number> => {
  const id = parseArgument(RevalidationId, given, 'id');
  const connected = await connect(options, context);
  const text = await signedEvidence(connected, id);
  if (text === undefined) {
    const { record } = await caseOf(connected, id);
    const why = record?.erasedAt ? 'the person was erased before any was signed' : 'the case has not ended';
    context.log(`there is no evidence of ${id} in ${connected.name}: ${why}`);
    return exitCodes.no;
  }
  const shown = without(text, options.withhold);
  if (options.out === undefined) context.print(shown);
  else write(shown, options.out, context);
  return exitCodes.ok;
};

/** Has the newest version signed where it is missing, and reads it. */
const signedEvidence = async (connected: Connected, revalidationId: string): Promise<string | undefined> => {
  const bucket = connected.outputs.EvidenceBucket;
  if (bucket === undefined) throw new UsageError(`${connected.name} signs no evidence (setting evidence)`);
  const { invoke } = await import('./aws/functions.ts');
  await invoke(outputOf(connected, 'SignEvidenceFunction'), { detail: { revalidationId } });
  return (await readEvidence(bucket, revalidationId))?.text;
};

/** @throws UsageError for a claim that cannot be withheld */
const without = (text: string, given: string | undefined): string => {
  if (given === undefined) return text;
  const names = given.split(',');
  const possible = openClaimsOf(text).withholdable as string[];
  const wrong = names.find((name) => !possible.includes(name));
  if (wrong !== undefined) throw new UsageError(`--withhold: ${wrong} is none of ${possible.join(', ')}`);
  return withhold(text, names);
};

/** @throws UsageError for a file that cannot be written */
const write = (text: string, given: string, { folder, log }: Context): void => {
  try {
    writeFileSync(resolve(folder, given), text, { mode: OWNER_ONLY });
  } catch (error) {
    throw new UsageError(`--out: ${given} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
  log(`the evidence is in ${given}`);
};
