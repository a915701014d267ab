import { route } from '../shared/lambda/route.ts';
import { answerCapture, captureCaseOf } from '../shared/lambda/session.ts';

/**
 * `GET /capture`, called by the capture page with its session, again and again. Gives what the person of the case may see, and what to do
 * now: agree, wait for the phrase, record until a time, or wait for the result.
 */
export const handler = route('ReadCapture', async (input) => answerCapture(input, await captureCaseOf(input)));
