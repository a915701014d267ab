import type { Ticket } from '../domain/api.ts';
import { RequestInvalidError } from '../domain/errors.ts';
import { type MediaType, refuseStillPhoto } from '../domain/media.ts';
import { applyPolicy } from '../domain/policy.ts';
import { CallRefusedError } from '../domain/problem.ts';
import { type CaptureCase, notValid, type ViewSettings, viewOf } from './case.ts';

/**
 * What the form of a case allows to upload: the key of its ticket, and the type that the camera makes.
 * @throws RequestInvalidError `consent_missing` before the person has agreed; CallRefusedError `nothing_to_record`, `already_decided`;
 *   MediaUnacceptableError for a photo where a video is needed
 */
export const uploadOf = (
  of: CaptureCase,
  settings: ViewSettings,
  wanted: MediaType | undefined,
): NonNullable<Ticket['upload']> => {
  const { ticket, found } = of;
  const { step } = viewOf(of, settings);
  if (step === 'consent') throw new RequestInvalidError('consent_missing', 'the person has not agreed yet');
  if (step === 'ended') throw new CallRefusedError('already_decided', `the re-validation has ended as ${found.status}`);
  if (step !== 'record') throw new CallRefusedError('nothing_to_record', `the case is ${step}`);
  if (!ticket.upload) throw notValid();
  const type = wanted ?? ticket.upload.type;
  refuseStillPhoto(type, applyPolicy(ticket, settings.policies));
  return { ...ticket.upload, type };
};
