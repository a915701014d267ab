import { commands, type Entry, entry, groups } from './commands.ts';

/**
 * The commands of a clone. The last four deploy its own stack and rewrite its examples, which the package does not have; nothing else
 * imports them, so the compiler leaves them out of it.
 */
export const cloneCommands: readonly Entry[] = [
  ...commands,
  entry('deploy', groups.deploy, 'deploy a stage with the CDK', () => import('../deploy.ts')),
  entry('diff', groups.deploy, 'show what a deployment would change', () => import('../diff.ts')),
  entry('destroy', groups.deploy, 'delete the stack of a stage', () => import('../destroy.ts')),
  entry(
    'record',
    groups.deploy,
    'record the answers of the real Truora as examples; costs one validation',
    () => import('../record.ts'),
  ),
];
