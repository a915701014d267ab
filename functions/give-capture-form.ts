import { formFor } from '../shared/aws/media-store.ts';
import { uploadOf } from '../shared/capture/upload.ts';
import { CaptureFormBody } from '../shared/domain/capture.ts';
import { parseOrRefuse } from '../shared/domain/parse.ts';
import { env } from '../shared/lambda/env.ts';
import { languageHeader } from '../shared/lambda/reader.ts';
import { answerJson, jsonOf, route } from '../shared/lambda/route.ts';
import { captureCaseOf, viewSettings } from '../shared/lambda/session.ts';

/**
 * `POST /capture/upload`, called by the capture page before it sends the media. Gives a form for the one key of the case, of the type that
 * the camera makes. The upload itself is the drop. Refused before the person has agreed, and when there is nothing to record.
 */
export const handler = route('GiveCaptureForm', async (input) => {
  const of = await captureCaseOf(input);
  const { type } = parseOrRefuse(CaptureFormBody, jsonOf(input));
  const settings = viewSettings(input);
  const form = await formFor(env('MEDIA_BUCKET'), uploadOf(of, settings, type));
  return answerJson(200, form, languageHeader(settings.reader));
});
