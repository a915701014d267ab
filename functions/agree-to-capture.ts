import { type AgreeSettings, agree } from '../shared/capture/agree.ts';
import { CaptureConsentBody } from '../shared/domain/capture.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { env } from '../shared/lambda/env.ts';
import { log } from '../shared/lambda/logger.ts';
import { jsonOf, route } from '../shared/lambda/route.ts';
import { answerCapture, captureCaseOf } from '../shared/lambda/session.ts';

/**
 * `POST /capture/consent`, called by the capture page when the person agrees. Records the receipt of the consent, and the consent on the
 * case; a live capture starts then. Who does not agree takes the other way (`LeaveCapture`).
 */
export const handler = route('AgreeToCapture', async (input) => {
  const of = await captureCaseOf(input);
  const body = parseOrRefuse(CaptureConsentBody, jsonOf(input));
  const agreed = await agree(settings(), of, body);
  log('info', 'done', { step: 'AgreeToCapture', revalidationId: of.found.revalidationId });
  return answerCapture(input, agreed);
});

const settings = (): AgreeSettings => ({
  ledger: ledgerFromEnv(),
  texts: env('CONSENT_TEXTS'),
  alternativeOffered: env('ALTERNATIVE') !== undefined,
  machineArn: env('MACHINE_ARN'),
});
