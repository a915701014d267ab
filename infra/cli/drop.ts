import { basename } from 'node:path';
import { leaveAws } from '../local/credentials.ts';
import { drop, registerEnrollment } from '../local/put-media.ts';
import { readArguments, readAsked, UsageError } from './arguments.ts';
import { exitCodes, main, print } from './main.ts';
import { findRunning } from './running-system.ts';

const help = `npm run -s drop -- FILE --account ID --enrollment ID --authorized [options]
Drops a photo or video into the bucket of the world that "npm start" runs in another terminal, which shows what happens.
Takes the options of "npm run -s revalidate" that speak of the request; the end of the account id picks the scenario.
Exit code: 0 dropped; 2 invalid arguments; 3 failed.`;

await main(help, async (argv) => {
  const { flags, files } = readArguments(argv, {});
  const { file, accountId, enrollmentId, options, reference, forceNew } = readAsked(flags, files);
  if (forceNew) throw new UsageError('--force-new: every drop is a new one by itself');
  const world = findRunning();
  leaveAws();
  await registerEnrollment(world.sandboxOrigin, { accountId, enrollmentId });
  const name = basename(file);
  const versionId = await drop(world, { file, accountId, enrollmentId, name, options, reference });
  print(`dropped ${name} for ${accountId}, version ${versionId}; the first terminal shows what comes of it`);
  return exitCodes.approved;
});
