import { retryRulesFromEnv, throttleFromEnv, truoraFromEnv } from '../shared/lambda/clients.ts';
import { log } from '../shared/lambda/logger.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { checkEnrollment, type EnrollmentSettings } from '../shared/logic/enrollment-check.ts';

/**
 * The second step. Checks at Truora that the person's face is enrolled: without a finished enrollment of the same account a validation
 * costs money and proves nothing. Reading is free, so the machine reads a `pending` enrollment again. The validation that a linked
 * retry repeats is checked as well, if only Truora knows it. Nothing is read while the throttle is backing off.
 */
export const handler = step('CheckEnrollment', ({ claim }) => checkEnrollment(settings(), claim));

const settings = (): EnrollmentSettings => ({
  truora: truoraFromEnv(),
  throttle: throttleFromEnv(),
  retries: retryRulesFromEnv(),
  emitUnknownWord: () => emit('UnknownWords', 1, { word: 'enrollment' }),
  emitOtherEnrollments: (revalidationId) => {
    emit('OtherEnrollments', 1);
    log('warn', 'other_enrollments', { step: 'CheckEnrollment', revalidationId });
  },
});
