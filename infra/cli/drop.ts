import { setTimeout as wait } from 'node:timers/promises';
import { idOfDropped } from '../../shared/domain/case-id.ts';
import { writeInboxKey } from '../../shared/domain/drop.ts';
import { readRecord } from '../../shared/ledger/records.ts';
import { drop as putDrop, registerEnrollment } from '../local/put-media.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, ledgerOf, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { codeOfOutcome, exitCodes } from './program/exit-codes.ts';
import { readRequest, takeRequest } from './program/request.ts';
import { UsageError } from './program/usage.ts';

type Options = StageOptions & { wait?: true; json?: true; forceNew?: string };

export const define: Define = (command, does, context) => {
  takeStage(takeRequest(command))
    .description('Drops a photo or video into the inbox, and prints the id of its re-validation.')
    .option('--wait', 'wait for the outcome, and print it')
    .option('--json', 'print the id, or with --wait the outcome, as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 dropped, or approved; with --wait 1 declined, expired, refused or canceled; 2 invalid arguments; 3 failed.',
    );
  does(command, (file: string, options: Options) => drop(file, options, context));
};

const drop = async (file: string, options: Options, context: Context): Promise<number> => {
  if (options.forceNew !== undefined)
    throw new UsageError('--force-new: each drop is a new case, so it has no use here');
  const { media, reference, ...request } = await readRequest(file, options, context);
  const { accountId, enrollmentId } = request;
  const connected = await connect(options, context);
  const { running } = connected;
  if (running?.autoEnroll) await registerEnrollment(running.sandboxOrigin, { accountId, enrollmentId });
  const bucket = outputOf(connected, 'MediaBucket');
  const { name, content } = media;
  const at = running ?? { bucket };
  const versionId = await putDrop(at, { ...request, file: content, name, reference });
  const key = writeInboxKey({ accountId, enrollmentId, name });
  // The id is made of the person and the version; the event of S3 also has a hash of the content, which it leaves out.
  const id = idOfDropped(bucket, { key, versionId, etag: versionId, putAt: new Date() });
  if (!options.wait) {
    context.print(
      options.json ? JSON.stringify({ revalidationId: id, versionId }) : `dropped ${name}, re-validation ${id}`,
    );
    return exitCodes.ok;
  }
  context.log(`dropped ${name}, re-validation ${id}; waiting for its outcome`);
  context.onInterrupt({ parting: `the case continues without this command; face-revalidation show ${id}` });
  const outcome = await outcomeOf(ledgerOf(connected), id, running ? LOCAL_PAUSE_MS : PAUSE_MS);
  const { summary } = await import('./program/progress.ts');
  context.print(options.json ? JSON.stringify(outcome, null, 2) : summary(outcome));
  return codeOfOutcome(outcome);
};

/** The pause between two reads of the record. Each read is charged in AWS. Milliseconds. */
const PAUSE_MS = 2000;

const LOCAL_PAUSE_MS = 100;

const outcomeOf = async (ledger: Parameters<typeof readRecord>[0], id: string, pauseMs: number) => {
  for (;;) {
    const outcome = (await readRecord(ledger, id))?.outcome;
    if (outcome) return outcome;
    await wait(pauseMs);
  }
};
