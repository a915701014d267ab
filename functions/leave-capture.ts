import { calledByPerson } from '../shared/capture/case.ts';
import { takeOtherWay } from '../shared/consent/revoke.ts';
import { presentRevalidation } from '../shared/domain/api.ts';
import { CallRefusedError } from '../shared/domain/problem.ts';
import { consentFromEnv } from '../shared/lambda/clients.ts';
import { log } from '../shared/lambda/logger.ts';
import { route } from '../shared/lambda/route.ts';
import { answerCapture, captureCaseOf } from '../shared/lambda/session.ts';

/**
 * `POST /capture/alternative`, called by the capture page when the person does not agree, or takes another way at any time. Ends the case
 * as `alternative_required`, where nothing has been decided.
 */
export const handler = route('LeaveCapture', async (input) => {
  const of = await captureCaseOf(input);
  const { revalidationId } = of.ticket;
  const record = await takeOtherWay(consentFromEnv(), of.found, calledByPerson(revalidationId));
  if (record.phase !== 'alternative_required') {
    throw new CallRefusedError('already_decided', `the re-validation has ended as ${record.phase}`);
  }
  log('info', 'done', { step: 'LeaveCapture', revalidationId });
  return answerCapture(input, { ...of, record, found: presentRevalidation(record, of.ticket) ?? of.found });
});
