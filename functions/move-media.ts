import { createHash, type Hash } from 'node:crypto';
import { pipeline, type Readable, Transform } from 'node:stream';
import { readForMove } from '../shared/aws/creations.ts';
import { recordMoved } from '../shared/aws/ledger.ts';
import { openMedia } from '../shared/aws/media.ts';
import { readSecret } from '../shared/aws/secrets.ts';
import { MediaGoneError, UploadLinkSpentError } from '../shared/domain/errors.ts';
import { ledgerFromEnv, truoraFromEnv } from '../shared/lambda/env.ts';
import { truoraSeen } from '../shared/lambda/metrics.ts';
import { step } from '../shared/lambda/step.ts';
import { uploadMedia } from '../shared/truora/client.ts';

/**
 * The fourth step. Streams the pinned version of the object to Truora's upload link, hashing it on the way; the file is
 * never held. A repeat starts at byte 0 of the same link, unless the receipt is there already. It never creates anything.
 */
export const handler = step('MoveMedia', async ({ claim, validation, executionId }) => {
  const ledger = ledgerFromEnv();
  const { revalidationId, media } = claim;
  const { record, uploadLink } = await readForMove(ledger, revalidationId);
  if (record?.receipt) return record.receipt;
  if (!uploadLink || record?.validationId !== validation.validationId)
    throw new UploadLinkSpentError('upload_link_spent', 'the upload link has expired');

  const { stream, bytes } = await openMedia(media);
  try {
    if (bytes !== media.bytes)
      throw new MediaGoneError('media_changed', 'media: its size is not the one that was claimed');
    const hash = createHash('sha256');
    const hashed = hashing(stream, hash, bytes);
    const truora = truoraFromEnv(readSecret, { upload: true, observe: truoraSeen });
    await uploadMedia(truora, uploadLink, { stream: hashed, bytes, type: media.type });
    const receipt = { bytes, sha256: hash.digest('hex'), movedAt: new Date().toISOString() };
    await recordMoved(ledger, revalidationId, executionId, receipt);
    return receipt;
  } finally {
    // However it ended: an open stream holds a socket.
    stream.destroy();
  }
});

/** Passes the bytes on and hashes them. A stream that ends early is an error at once, not a silence until a deadline. */
const hashing = (stream: Readable, hash: Hash, bytes: number): Readable => {
  let passed = 0;
  const through = new Transform({
    // One chunk of a socket's is let in at a time; more would only be held before a slow reader.
    highWaterMark: 1,
    transform: (chunk: Buffer, _, done) => {
      hash.update(chunk);
      passed += chunk.length;
      done(null, chunk);
    },
    flush: (done) => {
      const short = passed !== bytes;
      done(short ? Object.assign(new Error('the object ended early'), { code: 'MEDIA_ENDED_EARLY' }) : null);
    },
  });
  // Whichever side breaks takes the other with it; what broke is the upload's error.
  return pipeline(stream, through, () => {});
};
