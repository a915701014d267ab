import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import type { Bell } from '../domain/revalidation.ts';
import { sfn } from './clients.ts';

/** All three mean that the wait is over already: by patience, by another bell, or by a retry with a newer token. */
const tooLate = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

/** Wakes the execution that is parked on this token. @returns false when it does not wait on it any more */
export const resume = async (taskToken: string, bell: Bell): Promise<boolean> => {
  try {
    await sfn().send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(bell) }));
    return true;
  } catch (error) {
    if (error instanceof Error && tooLate.includes(error.name)) return false;
    throw error;
  }
};
