import amended from '../../shared/contracts/amended.json' with { type: 'json' };
import ended from '../../shared/contracts/ended.json' with { type: 'json' };
import input from '../../shared/contracts/input.json' with { type: 'json' };
import api from '../../shared/contracts/openapi.json' with { type: 'json' };
import outcome from '../../shared/contracts/outcome.json' with { type: 'json' };
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import { groupedReasons } from '../../shared/domain/reasons.ts';

export type { AmendmentAnnouncement, Announcement } from '../../shared/domain/announcement.ts';
export { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
export { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
export type { CallRequest } from '../../shared/domain/request.ts';
export type { Outcome } from '../../shared/domain/revalidation.ts';
export type { OutcomeStatus };

export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schemas (draft 2020-12): the machine's input and output, and the details of the two events. */
export const schemas: Readonly<Record<'input' | 'outcome' | 'ended' | 'amended', JsonSchema>> = {
  input,
  outcome,
  ended,
  amended,
};

/** The API as an OpenAPI 3.1 document. */
export const openapi: JsonSchema = api;

/** A reason code: the status it comes with, what it means, and what a caller does. */
export type ReasonRow = { reason: string; status: OutcomeStatus; means: string; act: string };

/** Every reason that an outcome may have. Codes may be added. */
export const reasons: readonly ReasonRow[] = groupedReasons.flatMap(({ reasons: codes, ...row }) =>
  codes.map((reason) => ({ reason, ...row })),
);
