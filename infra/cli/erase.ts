import { Counts, ErasureAnswer, ErasureReason } from '../../shared/domain/erasure.ts';
import { AccountId } from '../../shared/domain/ids.ts';
import { heldAbout } from '../../shared/erasure/held.ts';
import { callApi, TOKEN } from './program/api.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { type Connected, connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument } from './program/usage.ts';

type Options = StageOptions & { account?: string; reason?: string; yes?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Erases a person: records, media, evidence, and the face at Truora. Without --yes it shows what is held. Call it again for the certificate.',
    )
    .option('--account <id>', 'the person (required)')
    .option('--reason <word>', 'why, such as request_of_person; the certificate shows it')
    .option('--yes', 'erase; from then on the account id is refused')
    .addHelpText(
      'after',
      `
  The certificate is printed on stdout when the erasure is finished, after some minutes: the sweep searches the whole ledger
  once no running function can write any more. \`verify\` checks it.

A stage whose API takes tokens: put the token into the environment variable ${TOKEN}.${exitCodeHelp('the erasure is not finished, or is refused')}`,
    );
  does(command, (options: Options) => erase(options, context));
};

const erase = async (options: Options, context: Context): Promise<number> => {
  const account = parseArgument(AccountId, options.account, '--account');
  const { reason } = options;
  if (reason !== undefined) parseArgument(ErasureReason, reason, '--reason');
  const connected = await connect(options, context);
  if (!options.yes) return showHeld(connected, account, context);
  const query = reason === undefined ? '' : `?${new URLSearchParams({ reason })}`;
  const answer = await callApi(connected, { method: 'DELETE', path: `/accounts/${account}${query}` }, context);
  if (answer.status === 200 || answer.status === 202)
    return report(ErasureAnswer.parse(JSON.parse(answer.body)), context);
  context.log(`the person is not erased: ${answer.body}`);
  return exitCodes.no;
};

const showHeld = async (connected: Connected, account: string, { print, log }: Context): Promise<number> => {
  const table = outputOf(connected, 'LedgerTable');
  const held = await heldAbout({ table, mediaBucket: outputOf(connected, 'MediaBucket') }, account);
  const kinds = Map.groupBy(held.items, ({ pk }) => pk.slice(0, pk.indexOf('#')));
  for (const [kind, items] of kinds) print(`ledger ${kind}#`.padEnd(20) + items.length);
  print(`${'media versions'.padEnd(20)}${held.media.length}`);
  print(`${'cases with evidence'.padEnd(20)} ${held.evidenceOf.length}`);
  print(`${'enrollments'.padEnd(20)}${held.enrollments.length}`);
  log('nothing was erased: --yes erases');
  return exitCodes.ok;
};

const report = (answer: ErasureAnswer, { print, log }: Context): number => {
  const { status, nextAt, enrollmentsLeft, certificate } = answer;
  const erased = Object.entries(Counts.parse(answer.erased)).filter(([, count]) => count > 0);
  log(`erased so far: ${erased.map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing'}`);
  if (status === 'erased') {
    print(certificate ?? JSON.stringify(answer));
    return exitCodes.ok;
  }
  if (enrollmentsLeft > 0) log(`left at Truora: ${enrollmentsLeft} enrollments`);
  log(`not finished: the first sweep after ${nextAt} goes on; call this again for the certificate`);
  return exitCodes.no;
};
