import * as z from 'zod/mini';
import { OpenClaims } from './claims.ts';

/** The `typ` of the certificate of an erasure. It is signed as evidence is, with the same keys. */
export const CERTIFICATE_TYPE = 'face-revalidation-erasure+sd-jwt';

/** What an erasure leaves: where, and until when at the latest. */
const Remainder = z.object({ what: z.string(), until: z.optional(z.string()), why: z.string() });

/** The signed claims of a certificate. Nothing of it can be withheld, since it names no person: a reader hashes the account id. */
export const CertificateClaims = z.extend(
  z.pick(OpenClaims, { iss: true, iat: true, withholdable: true, _sd: true, _sd_alg: true }),
  {
    /** SHA-256 of `face-revalidation/person/` and the account id, in hex. */
    person: z.string(),
    requestedAt: z.string(),
    finishedAt: z.string(),
    reason: z.optional(z.string()),
    /** What was deleted or blanked, by kind. After a crash in between, a count may be lower. */
    erased: z.record(z.string(), z.int()),
    remains: z.array(Remainder),
    codeVersion: z.string(),
  },
);

export type CertificateClaims = z.infer<typeof CertificateClaims>;

/** Days: Step Functions keeps a history (documented), point-in-time recovery of the ledger, dead letters, a file of a campaign. */
const HISTORY_DAYS = 90;

const BACKUP_DAYS = 35;

const QUEUE_DAYS = 14;

const CAMPAIGN_FILE_DAYS = 47;

const daysAfter = (at: string, days: number): string => new Date(Date.parse(at) + days * 86_400_000).toISOString();

/** What remains after an erasure, for the certificate and the documents. */
export const remaindersOf = (at: string): z.infer<typeof Remainder>[] => [
  {
    what: 'execution histories',
    until: daysAfter(at, HISTORY_DAYS),
    why: 'Step Functions keeps inputs and outputs, with account and enrollment id, for 90 days. They hold no media.',
  },
  {
    what: 'backups of the ledger',
    until: daysAfter(at, BACKUP_DAYS),
    why: 'Point-in-time recovery reaches 35 days back. A restored table is erased again by the next sweep.',
  },
  {
    what: 'dead-letter queues',
    until: daysAfter(at, QUEUE_DAYS),
    why: 'An event that could not be delivered stays for 14 days.',
  },
  {
    what: 'files of campaigns',
    why: `Manifest and results name every person of a campaign. Each file, also media that became no case, goes ${CAMPAIGN_FILE_DAYS} days after it was last written, its versions two days later.`,
  },
  {
    what: 'tombstone',
    why: 'The hash of the account id, so that no restore and no new request brings the person back.',
  },
  { what: 'blank records', why: 'Id, status, dates and charges, without a person, until their retention is over.' },
  { what: 'signed evidence', why: 'Without everything that can be withheld: no person, no face, no score.' },
];
