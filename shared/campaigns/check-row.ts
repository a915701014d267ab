import { fileAt, peekMedia } from '../aws/media-store.ts';
import { checkConsent } from '../consent/check.ts';
import type { ConsentMode } from '../domain/consent.ts';
import { acceptMedia } from '../domain/media.ts';
import { checkMedia, type MediaLimits } from '../domain/media-check.ts';
import { refuseNationalIds } from '../domain/national-ids.ts';
import { applyPolicy, type Policies } from '../domain/policy.ts';
import type { CallRequest } from '../domain/request.ts';
import { refuseSpeech } from '../domain/request-details.ts';
import type { Claim } from '../domain/revalidation.ts';
import { refuseErased } from '../ledger/tombstones.ts';
import { checkEnrollment, type EnrollmentSettings } from '../logic/enrollment-check.ts';
import { CAMPAIGN_DAYS } from './campaign.ts';
import { mediaOf, OWN_MEDIA } from './row.ts';

/** What the checks of a row work with, as the deployment decides it. */
export type CheckSettings = {
  table: string;
  mediaBucket: string;
  policies: Policies;
  mediaLimits: MediaLimits;
  mediaHours: number;
  consentMode: ConsentMode;
  allowNationalIds: boolean;
  enrollment: EnrollmentSettings;
};

const DAY_MS = 86_400_000;

/** When the bucket's lifecycle deletes an object: S3 counts whole days. */
const deletedAt = (key: string, putAt: Date, mediaHours: number): number =>
  putAt.getTime() + (OWN_MEDIA.test(key) ? CAMPAIGN_DAYS : Math.ceil(mediaHours / 24)) * DAY_MS;

/** The checks that read nothing. @throws RequestInvalidError */
export const checkFields = (
  settings: Pick<CheckSettings, 'policies' | 'allowNationalIds'>,
  call: CallRequest,
): void => {
  refuseNationalIds(call, settings);
  refuseSpeech(call.options ?? {});
  applyPolicy(call, settings.policies);
};

/**
 * Everything that a run would refuse for free, in the order of a run: the person, the media, the consent, the enrollment. It only reads;
 * at Truora it makes no POST.
 * @returns the version of the media, and when its lifecycle deletes it
 * @throws the refusals; errors of Truora or AWS that say nothing about the row
 */
export const checkRow = async (
  settings: CheckSettings,
  call: CallRequest,
): Promise<{ versionId: string | undefined; mediaUntil: number }> => {
  const { table, mediaBucket: bucket } = settings;
  await refuseErased(table, call.accountId);
  const { key } = mediaOf(call);
  const media = await peekMedia({ bucket, key, versionId: undefined, etag: undefined });
  const requested = applyPolicy(call, settings.policies);
  await checkMedia(acceptMedia(media, requested), fileAt({ bucket, key }, media), settings.mediaLimits);
  if (settings.consentMode === 'receipt') await checkConsent(table, call);
  const { accountId, enrollmentId } = call;
  // The check reads the ids and the options of a claim, and no more of it.
  await checkEnrollment(settings.enrollment, { accountId, enrollmentId, requested, revalidationId: '' } as Claim);
  return { versionId: media.versionId, mediaUntil: deletedAt(key, media.putAt, settings.mediaHours) };
};
