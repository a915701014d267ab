import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { CampaignAnnouncement } from '../../shared/campaigns/announcement.ts';
import {
  AmendmentAnnouncement,
  Announcement,
  amendmentAnnouncementOf,
  announcementOf,
} from '../../shared/domain/announcement.ts';
import { policyVersionOf } from '../../shared/domain/policy.ts';
import { RevalidationInput } from '../../shared/domain/request.ts';
import { Outcome } from '../../shared/domain/revalidation.ts';
import { reasonsText } from './reasons.ts';

const folder = join(import.meta.dirname, '../../shared/contracts');

const ids = {
  revalidationId: 'RVL0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  accountId: 'ana',
  enrollmentId: 'ENR0123456789abcdef0123456789abcdef',
  validationId: 'VLD0123456789abcdef0123456789abcdef',
};

const call = { kind: 'call', accountId: ids.accountId, enrollmentId: ids.enrollmentId, userAuthorized: true };

const approved: Outcome = {
  revalidationId: ids.revalidationId,
  status: 'approved',
  reference: 'case 7',
  accountId: ids.accountId,
  enrollmentId: ids.enrollmentId,
  validationId: ids.validationId,
  similarity: 0.97,
  threshold: 0.8,
  purpose: 'transfer',
  policyVersion: policyVersionOf({ minimumThreshold: 0.7, require: ['similarity', 'passive_liveness'] }),
  decidedBy: 'webhook',
  claimedAt: '2026-11-23T12:00:00.000Z',
  movedAt: '2026-11-23T12:00:01.500Z',
  decidedAt: '2026-11-23T12:00:04.000Z',
};

const refused: Outcome = {
  revalidationId: ids.revalidationId,
  status: 'refused',
  reason: 'consent_missing',
  detail: 'userAuthorized: must be true: the person must have agreed',
  decidedBy: 'workflow',
  decidedAt: '2026-11-23T12:00:00.250Z',
};

/** The published schemas by file name: the zod schema, a description and examples. */
export const published: Record<string, { schema: z.ZodMiniType; about: string; examples: unknown[] }> = {
  input: {
    schema: RevalidationInput,
    about:
      'Input of the state machine. The system also checks rules between fields (speech_match, retryOf, liveness) and refuses ids of only dots, which this schema does not express.',
    examples: [
      { request: { ...call, media: { key: 'media/clip.mp4' } } },
      {
        request: {
          ...call,
          media: { key: 'media/clip.mp4', versionId: '3HL4kqtJvjVBH40Nrjfkd' },
          options: { threshold: 0.8, subvalidations: ['passive_liveness', 'similarity'], resultMode: 'poll' },
          purpose: 'transfer',
          reference: 'case 7',
          idempotencyKey: 'order-1',
        },
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID:
          'arn:aws:states:us-east-1:123456789012:execution:transfer:7f3e4a52-8b0e-4f5b-9a55-2f5f8a3c1d10',
      },
    ],
  },
  outcome: {
    schema: Outcome,
    about: 'Output of the state machine, and the outcome in the ledger. Fields may be added.',
    examples: [approved, refused],
  },
  ended: {
    schema: Announcement,
    about:
      'Detail of the event "Re-validation Ended" of the source "face-revalidation". It may arrive twice, with one eventId. Fields may be added.',
    examples: [announcementOf(approved), announcementOf(refused)],
  },
  amended: {
    schema: AmendmentAnnouncement,
    about:
      'Detail of the event "Re-validation Amended" of the source "face-revalidation": Truora reported a verdict after the case was closed. It may arrive twice, with one eventId. Fields may be added.',
    examples: [
      amendmentAnnouncementOf(
        { ...approved, status: 'expired', reason: 'undecided_at_deadline' },
        { status: 'approved', at: '2026-11-24T12:00:04.000Z', from: 'webhook' },
      ),
    ],
  },
  'campaign-ended': {
    schema: CampaignAnnouncement,
    about:
      'Detail of the event "Campaign Ended" of the source "face-revalidation". It may arrive twice, with one eventId. Fields may be added.',
    examples: [
      {
        version: '1',
        eventId: 'EVT15fad2013e1eac7184f17294ab53a000',
        campaignId: 'CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978',
        status: 'ended',
        purpose: 'portfolio',
        policyVersion: 'POLcedb850b7373b88bfd28e227c0f19416',
        rows: 40_000,
        runnable: 39_800,
        byStatus: { approved: 38_000, declined: 1700, expired: 90, failed: 10 },
        endedAt: '2026-11-23T14:20:00.000Z',
      },
    ],
  },
};

/** The text of one published JSON Schema (draft 2020-12). */
export const schemaText = (name: string): string => {
  const { schema, about, examples } = published[name] ?? { schema: z.never(), about: '', examples: [] };
  // `input`: what a sender may send. `output`: what a reader gets, which must accept new fields.
  const io = name === 'input' ? 'input' : 'output';
  const { $schema, ...rules } = z.toJSONSchema(schema, {
    io,
    // zod's pattern of a date checks leap years in 200 unreadable characters.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') jsonSchema.pattern = 'T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$';
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return `${JSON.stringify({ $schema, title: name, description: about, ...rules, examples }, null, 2)}\n`;
};

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(published)) writeFileSync(join(folder, `${name}.json`), schemaText(name));
  writeFileSync(join(folder, 'reasons.json'), reasonsText());
}
