import { createHash } from 'node:crypto';
import { openMedia } from '../shared/aws/media-store.ts';
import { MediaGoneError, MediaPendingError, MediaUnreadError, UploadLinkSpentError } from '../shared/domain/errors.ts';
import type { Media } from '../shared/domain/revalidation.ts';
import { ledgerFromEnv, requireUsableFace, truoraFromEnv } from '../shared/lambda/clients.ts';
import { emit } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { readForMove, recordMoved, refuseEnded } from '../shared/ledger/claims.ts';
import { uploadMedia } from '../shared/truora/client.ts';
import { isLinkOver } from '../shared/truora/upload-link.ts';

/**
 * The fourth step. Streams the pinned version of the object to Truora's upload link and hashes it; the file is never held in
 * memory. A repeat starts at byte 0 of the same link, unless the receipt is stored or the link has expired by its own date: the
 * validation may live longer, and Truora is asked what arrived. It creates nothing. Of a live capture it is entered again with the recording.
 */
export const handler = step('MoveMedia', async ({ claim, validation, recording, executionId }) => {
  const ledger = ledgerFromEnv();
  const { revalidationId } = claim;
  const media = mediaOf(recording ?? claim.media);
  const { record, uploadLink } = await readForMove(ledger, revalidationId);
  refuseEnded(record);
  if (record?.receipt) return record.receipt;
  const isUsable = uploadLink && !isLinkOver(uploadLink, new Date(claim.claimedAt));
  if (!isUsable || record?.validationId !== validation.validationId)
    throw new UploadLinkSpentError('upload_link_spent', 'the upload link has expired');

  const { stream, bytes } = await openMedia(media);
  try {
    if (bytes !== media.bytes)
      throw new MediaGoneError('media_changed', 'media: its size is not the one that was claimed');
    await requireUsableFace({ ...claim, ...validation }, executionId);
    const hash = createHash('sha256');
    const truora = truoraFromEnv({ upload: true });
    const sent = { stream, bytes, type: media.type, seen: (chunk: Buffer) => hash.update(chunk) };
    await uploadMedia(truora, uploadLink, sent).catch((error) => {
      if (error instanceof MediaUnreadError) emit('MediaReadFailures', 1);
      throw error;
    });
    const receipt = { bytes, sha256: hash.digest('hex'), movedAt: new Date().toISOString() };
    await recordMoved(ledger, revalidationId, executionId, receipt);
    return receipt;
  } finally {
    // An open stream holds a socket.
    stream.destroy();
  }
});

const mediaOf = (media: Media | undefined): Media => {
  if (!media) throw new MediaPendingError('media_pending', 'the recording has not come yet');
  return media;
};
