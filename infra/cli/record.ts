import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { isPhoto, type MediaType, SNIFF_BYTES, sniffMediaType } from '../../shared/domain/media.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { readMedia } from './program/media.ts';
import { originOf, TRUORA, takeKey } from './program/truora.ts';
import { parseArgument, UsageError } from './program/usage.ts';

type Options = { account?: string; enrollment?: string; authorized?: boolean; truora?: string; into?: string };

export const define: Define = (command, does, context) => {
  command
    .description(
      'Re-validates one face at the real Truora, and rewrites shared/truora/examples with its answers: without ids, links, addresses, dates and scores. The difference in git is what Truora has changed. It costs one validation.',
    )
    .argument('<file>', 'a photo asks for similarity, a video for liveness as well')
    .option('--authorized', 'the person has agreed to be verified (required)')
    .option('--account <id>', 'the person, by the id that Truora knows (required)')
    .option('--enrollment <id>', "Truora's enrollment of the person (required)")
    .option('--truora <origin>', `a stand-in on this machine, in place of ${TRUORA}`)
    .option('--into <folder>', 'where to write, in place of shared/truora/examples')
    .addHelpText(
      'after',
      `\nThe key is read from the environment variable TRUORA_API_KEY.${exitCodeHelp('Truora did not decide', '; 130 interrupted')}`,
    );
  does(command, (file: string, options: Options) => recordFile(file, options, context));
};

const DOUBT = 'a validation may have been created and charged';

const recordFile = async (given: string, options: Options, context: Context): Promise<number> => {
  if (!options.authorized) {
    throw new UsageError('--authorized is required: it says that the person has agreed to be verified');
  }
  const accountId = parseArgument(AccountId, options.account, '--account');
  const enrollmentId = parseArgument(TruoraId, options.enrollment, '--enrollment');
  const key = takeKey(context, 'record');
  if (given === '-') throw new UsageError('file: must be a file, because its media is sent from there');
  const { content } = await readMedia(given, {}, context);
  const type = sniffMediaType(content.subarray(0, SNIFF_BYTES)) as MediaType;
  const { origin } = originOf(options.truora ?? TRUORA);
  const { record, examplesFolder } = await import('../record/record.ts');
  const folder = options.into === undefined ? examplesFolder : resolve(context.folder, options.into);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`--into: ${folder} cannot be written`);
  }
  const requested = isPhoto(type) ? {} : { subvalidations: ['passive_liveness' as const, 'similarity' as const] };
  const media = { file: resolve(context.folder, given), bytes: content.length, type };
  context.onInterrupt({ parting: 'interrupted; nothing was written' });
  let isCharged = false;
  const charged = () => {
    isCharged = true;
    context.onInterrupt({ parting: `interrupted; nothing was written, and ${DOUBT}`, doubt: DOUBT });
  };
  const wanted = { accountId, enrollmentId, requested, media };
  const { log } = context;
  try {
    return (await record({ origin, key, folder, wanted, log, charged })) ? exitCodes.ok : exitCodes.no;
  } catch (error) {
    throw new Error(`${(error as Error).message}${isCharged ? ` (${DOUBT})` : ''}`, { cause: error });
  }
};
