import amended from '../../shared/contracts/amended.json' with { type: 'json' };
import ended from '../../shared/contracts/ended.json' with { type: 'json' };
import input from '../../shared/contracts/input.json' with { type: 'json' };
import api from '../../shared/contracts/openapi.json' with { type: 'json' };
import outcome from '../../shared/contracts/outcome.json' with { type: 'json' };
import published from '../../shared/contracts/reasons.json' with { type: 'json' };
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Language } from '../../shared/domain/person-messages.ts';
import type { MessageName } from '../../shared/domain/reason-classes.ts';
import type { Explained } from '../../shared/domain/reasons.ts';

export type { AmendmentAnnouncement, Announcement } from '../../shared/domain/announcement.ts';
export { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
export { outcomeStatuses } from '../../shared/domain/lifecycle.ts';
export type { CallRequest } from '../../shared/domain/request.ts';
export type { Outcome } from '../../shared/domain/revalidation.ts';
export type { Language, MessageName, OutcomeStatus };

export type JsonSchema = Readonly<Record<string, unknown>>;

/** JSON Schemas (draft 2020-12): the machine's input and output, and the details of the two events of a case. */
export const schemas: Readonly<Record<'input' | 'outcome' | 'ended' | 'amended', JsonSchema>> = {
  input,
  outcome,
  ended,
  amended,
};

/** The API as an OpenAPI 3.1 document. */
export const openapi: JsonSchema = api;

/**
 * A reason code: the status it comes with, its class, what the person may do (`retry`, `nextStep`) and reads (`message`), what it
 * means, and what the operator does.
 */
export type ReasonRow = Explained & { reason: string };

/** Every reason that an outcome may have. Codes may be added: take a code that is not listed for the class `unclear`. */
export const reasons = published.reasons as readonly ReasonRow[];

/** The texts for persons by name and language. `otherWay` says after which one the other way of the deployment is named. */
export const messages: Readonly<Record<MessageName, { text: Readonly<Record<Language, string>>; otherWay: boolean }>> =
  published.messages;

/** The words before the other way, by language. */
export const otherWay: Readonly<Record<Language, string>> = published.otherWay;
