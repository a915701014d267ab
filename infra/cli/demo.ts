import { join } from 'node:path';
import { startLocalSystem } from '../local/local-system.ts';
import { drop, registerEnrollment } from '../local/put-media.ts';
import { refuseArguments } from './arguments.ts';
import { exitCodes, main, print } from './main.ts';
import { progress, summary } from './progress.ts';

const help = `npm run demo
Starts the whole workflow on this machine, drops a photo and a video into the bucket, and shows each state as it happens.
Exit code: 0 when both end approved, 3 otherwise.`;

const media = join(import.meta.dirname, '../local/media');

const drops = [
  { name: 'selfie.jpg', accountId: 'demo-ana', enrollmentId: 'ENR-demo-ana', options: {} },
  {
    name: 'selfie.mp4',
    accountId: 'demo-luis',
    enrollmentId: 'ENR-demo-luis',
    options: { subvalidations: ['passive_liveness' as const, 'similarity' as const], threshold: 0.8 },
  },
];

await main(help, async (argv, open) => {
  refuseArguments(argv);
  print('Starting the local world: the synthesized state machine, its functions, S3, DynamoDB and a Truora sandbox.');
  const world = await startLocalSystem({ onEvent: progress(print), sandboxSettings: { decisionMs: 300 } });
  open(world);
  const ends: (string | undefined)[] = [];
  for (const { name, accountId, enrollmentId, options } of drops) {
    await registerEnrollment(world.sandbox?.origin ?? '', { accountId, enrollmentId });
    print(`\nA drop: inbox/${accountId}/${enrollmentId}/${name}`);
    const versionId = await drop(world, { file: join(media, name), accountId, enrollmentId, name, options });
    const execution = await world.executionOf(versionId);
    await execution.ended;
    const { revalidationId } = execution.output as { revalidationId: string };
    const outcome = (await world.record(revalidationId))?.outcome;
    if (outcome) print(summary(outcome));
    ends.push(outcome?.status);
  }
  return ends.every((status) => status === 'approved') ? exitCodes.approved : exitCodes.failed;
});
