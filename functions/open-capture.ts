import { notValid, readCase } from '../shared/capture/case.ts';
import { CaptureLinkBody } from '../shared/domain/capture.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { ledgerFromEnv } from '../shared/lambda/clients.ts';
import { log } from '../shared/lambda/logger.ts';
import { jsonOf, route } from '../shared/lambda/route.ts';
import { answerCapture, tokenIn } from '../shared/lambda/session.ts';
import { openLink } from '../shared/ledger/capture-links.ts';

/**
 * `POST /capture/sessions`, called by the capture page with the token of its link. Opens the link, once, and gives the session of its case.
 * A link that is forged, over or used has one answer. It starts nothing.
 */
export const handler = route('OpenCapture', async (input) => {
  const { token } = parseOrRefuse(CaptureLinkBody, jsonOf(input));
  const ledger = ledgerFromEnv();
  const opened = await openLink(ledger.table, tokenIn(token));
  if (!opened) throw notValid();
  const { session, sessionExpiresAt, revalidationId } = opened;
  const found = await readCase(ledger, opened);
  log('info', 'done', { step: 'OpenCapture', revalidationId });
  return answerCapture(input, found, { session, sessionExpiresAt });
});
