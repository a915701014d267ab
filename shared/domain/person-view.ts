import * as z from 'zod/mini';
import { CaseStatus, captureFields, type Revalidation, UploadForm } from './api.ts';
import { defined } from './defined.ts';
import { RevalidationId } from './ids.ts';
import { type Alternative, type Language, messageFor } from './person-messages.ts';
import { type Problem, type ProblemCode, problems } from './problem.ts';
import { type NextStep, type ReasonClass, type Retry, reasonClasses, shownClassOf } from './reason-classes.ts';
import { errorReasons, explain } from './reasons.ts';

/** The language of a person, and the other way that the deployment offers. */
export type Reader = { language: Language; alternative: Alternative | undefined };

type ShownClass = Exclude<ReasonClass, 'fraud'>;

const classes = Object.values(reasonClasses);

const shown = {
  reasonClass: z.enum(Object.keys(reasonClasses).filter((name): name is ShownClass => name !== 'fraud')),
  /** A text for the person, in one of the languages. */
  message: z.string(),
  retry: z.enum(classes.map(({ retry }): Retry => retry)),
  nextStep: z.enum(classes.map(({ nextStep }): NextStep => nextStep)),
};

/** A re-validation as its person sees it. `reasonClass` to `nextStep` say why it did not end as approved. */
export const PersonRevalidation = z.object({
  revalidationId: RevalidationId,
  status: CaseStatus,
  reasonClass: z.optional(shown.reasonClass),
  message: z.optional(shown.message),
  retry: z.optional(shown.retry),
  nextStep: z.optional(shown.nextStep),
  ...captureFields,
});

export type PersonRevalidation = z.infer<typeof PersonRevalidation>;

/** The answer to a call of a person. */
export const PersonStarted = z.extend(PersonRevalidation, {
  upload: z.optional(UploadForm),
  captureUrl: z.optional(z.string()),
});

/** A page of a person's re-validations, newest first. */
export const PersonPage = z.object({ revalidations: z.array(PersonRevalidation), cursor: z.optional(z.string()) });

/** A problem document for a person. It says no more about the cause than a case does. */
export const PersonProblem = z.object({
  type: z.literal('about:blank'),
  /** The standard words of the status, as RFC 9457 has it for `about:blank`. */
  title: z.string(),
  status: z.int(),
  ...shown,
});

export type PersonProblem = z.infer<typeof PersonProblem>;

/** What a person learns about a reason. */
const shownOf = (reason: string, { language, alternative }: Reader) => {
  const { class: of, message, retry, nextStep } = explain(reason);
  return { reasonClass: shownClassOf(of), message: messageFor(message, language, alternative), retry, nextStep };
};

/** A case as its person sees it: no score, threshold, reason code, detail, orphan or trail. */
export const personViewOf = (
  of: Pick<Revalidation, 'revalidationId' | 'status' | 'outcome' | keyof typeof captureFields>,
  reader: Reader,
): PersonRevalidation => {
  const { revalidationId, status, outcome, phrase, recordBefore } = of;
  const why = outcome?.reason === undefined ? undefined : shownOf(outcome.reason, reader);
  return defined({ revalidationId, status, ...why, phrase, recordBefore });
};

/** Codes about the call itself. They say nothing about a case, so a person's app gets them whole. */
const ofCall: ReadonlySet<string> = new Set(errorReasons.CallRefusedError);

/** The standard words of each status that a problem has (RFC 9110). */
const phrases: Readonly<Record<(typeof problems)[ProblemCode]['status'], string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
};

/** A problem as a person may see it. */
export const personProblemOf = (problem: Problem, reader: Reader): Problem | PersonProblem => {
  const { code } = problem;
  if (ofCall.has(code)) return problem;
  const { status } = problems[code];
  return { type: 'about:blank', title: phrases[status], status, ...shownOf(code, reader) };
};
