import { amendmentAnnouncementOf, announcementOf } from '../../shared/domain/announcement.ts';
import { announceAgain } from '../../shared/ledger/outcomes.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { findCase } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';

type Options = StageOptions & { amendment?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description(
      'Announces the outcome of a case on the bus again, with the same eventId, so that a listener that has it drops it. Only functions may put events on the bus, so the ledger sweep is invoked.',
    )
    .argument('<id>', 'the id of the re-validation')
    .option('--amendment', 'announce the last amendment in place of the outcome')
    .addHelpText('after', exitCodeHelp('there is nothing to announce'));
  does(command, (id: string, options: Options) => announce(id, options, context));
};

const announce = async (given: string, options: Options, context: Context): Promise<number> => {
  const found = await findCase(given, options, context);
  const { id, record, ledger, connected } = found;
  const what = options.amendment ? 'amendment' : 'outcome';
  const last = record?.amendments?.at(-1);
  const event =
    record?.outcome &&
    (what === 'outcome' ? announcementOf(record.outcome) : last && amendmentAnnouncementOf(record.outcome, last));
  if (!record || !event || !(await announceAgain(ledger, record, what))) {
    context.log(`${id} has no ${what} to announce`);
    return exitCodes.no;
  }
  const { invoke } = await import('./aws/functions.ts');
  await invoke(outputOf(connected, 'SweepLedgerFunction'), {});
  const after = await readRecord(ledger, id);
  const isDone = what === 'outcome' ? after?.announced !== undefined : after?.amended === after?.amendmentAnnounced;
  context.print(
    isDone
      ? `announced ${id} again: ${event.status}, ${event.eventId}`
      : `${id} is due for announcement as ${event.eventId}: the next sweep does it`,
  );
  return exitCodes.ok;
};
