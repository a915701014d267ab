import { join } from 'node:path';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { exitCodes } from './program/exit-codes.ts';

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

export const define: Define = (command, does, context) => {
  command
    .description('Starts the system on this machine, drops a photo and a video into its bucket, and shows each state.')
    .addHelpText('after', '\nExit code: 0 both end approved; 2 invalid arguments; 3 failed.');
  does(command, () => demo(context));
};

const demo = async ({ print, onEnd }: Context): Promise<number> => {
  print(
    'Starting the local system: the state machine of the template, its functions, S3, DynamoDB and a Truora sandbox.',
  );
  const [{ startLocalSystem }, { drop }, { progress, summary }] = await Promise.all([
    import('../local/local-system.ts'),
    import('../local/put-media.ts'),
    import('./program/progress.ts'),
  ]);
  const sandboxSettings = { decisionMs: 300 };
  const system = await startLocalSystem({ onEvent: progress(print), sandboxSettings, autoEnroll: true });
  onEnd(() => system.close());
  const ends: (string | undefined)[] = [];
  for (const { name, accountId, enrollmentId, options } of drops) {
    print(`\nA drop: inbox/${accountId}/${enrollmentId}/${name}`);
    const versionId = await drop(system, { file: join(media, name), accountId, enrollmentId, name, options });
    const execution = await system.executionOf(versionId);
    await execution.ended;
    const { revalidationId } = execution.output as { revalidationId: string };
    const outcome = (await system.record(revalidationId))?.outcome;
    if (outcome) print(summary(outcome));
    ends.push(outcome?.status);
  }
  return ends.every((status) => status === 'approved') ? exitCodes.ok : exitCodes.failed;
};
