import { type LocalSystem, startLocalSystem } from '../local/local-system.ts';
import { scenarios } from '../local/truora/scenarios.ts';
import { refuseArguments } from './arguments.ts';
import { main, print } from './main.ts';
import { heard, progress } from './progress.ts';
import { announce } from './running-system.ts';

const help = `npm start
Runs the whole workflow on this machine until Ctrl-C: drop media from a second terminal and watch it here.`;

const run = async (argv: string[], open: (world: LocalSystem) => void): Promise<never> => {
  refuseArguments(argv);
  const world = await startLocalSystem({ onEvent: progress(print, { several: true }), onAnnounced: heard(print) });
  open(world);
  const sandboxOrigin = world.sandbox?.origin ?? '';
  const { s3Origin, bucket, credentials } = world;
  process.once('exit', announce({ s3Origin, bucket, credentials, sandboxOrigin }));
  setInterval(() => void world.sweep(), world.config.sweepMinutes * 60_000).unref();
  print(`The world is up. From a second terminal:

  npm run -s drop -- infra/local/media/selfie.jpg --account ana --enrollment ENR1 --authorized

Bucket   ${world.s3Origin}/${world.bucket}/inbox/{accountId}/{enrollmentId}/{name}.{ext}
Truora   ${sandboxOrigin} (a sandbox)
Webhook  ${world.webhookUrl}

The end of the account id picks what the sandbox does (ana is approved, ana-declined is not):
${scenarios
  .filter(({ suffix }) => suffix)
  .map(({ suffix, story }) => `  ${suffix.padEnd(58)} ${story}`)
  .join('\n')}

Each function is held to its own role, as it stands in the template; so are the machine and the rule.
What differs from AWS: retries come twenty times as fast, callback timeout and deadlines are 1 to 2 s, the use of KMS keys is not
checked, expired items are not deleted, a function that runs over its time is left alone instead of killed.
Ctrl-C ends it.
`);
  return new Promise<never>(() => {});
};

// Ctrl-C is how a world is meant to end, so it is no error; without a reader of what it shows it has no purpose.
await main(help, run, { parting: 'the world has ended', code: 0, endsUnheard: true });
