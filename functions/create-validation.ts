import { creationFromEnv } from '../shared/lambda/clients.ts';
import { step } from '../shared/lambda/step.ts';
import { enterCreation } from '../shared/logic/creation-entry.ts';

/**
 * The third step, and the only one that costs money. Truora takes no idempotency key, so a repeated entry reconciles. Each entry
 * makes at most one create call and at most one read of the person's list, and ends with the validation or with an error. The
 * machine retries it, unless it is a refusal or a person has to decide. The output leaves out the upload link: it is a bearer secret and stays on the record until the move.
 */
export const handler = step('CreateValidation', ({ claim, executionId }) =>
  enterCreation(creationFromEnv(), claim, executionId),
);
