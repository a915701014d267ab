import { AccountId, TruoraId } from '../../shared/domain/ids.ts';
import { registerEnrollment } from '../local/put-media.ts';
import type { Define } from './program/define.ts';
import { exitCodes } from './program/exit-codes.ts';
import { requireRunning } from './program/running-system.ts';
import { parseArgument } from './program/usage.ts';

export const define: Define = (command, does, { print, stateFolder }) => {
  command
    .description('Registers an enrollment at the sandbox of the local system. Its scenario starts from the beginning.')
    .argument('<account>', 'the person; the end of the id selects the scenario')
    .argument('<enrollment>', "Truora's id of the enrollment");
  does(command, async (account: string, enrollment: string) => {
    const accountId = parseArgument(AccountId, account, 'account');
    const enrollmentId = parseArgument(TruoraId, enrollment, 'enrollment');
    await registerEnrollment(requireRunning(stateFolder).sandboxOrigin, { accountId, enrollmentId });
    print(`enrollment ${enrollmentId} belongs to account ${accountId}`);
    return exitCodes.ok;
  });
};
