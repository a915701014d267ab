import { type ProblemCode, problems } from '../../shared/domain/problem.ts';
import { groupedReasons } from '../../shared/domain/reasons.ts';

/** What a caller does about a code that ends no case, or that means something else as the answer to a call. */
const acts: Partial<Record<ProblemCode, string>> = {
  body_malformed: 'Send JSON in UTF-8.',
  signature_invalid:
    'Sign the webhook with a key that the deployment knows. `infra/aws/RUNBOOK.md` says how keys are rotated.',
  capture_link_invalid: 'Ask the system for a new link. One link opens once, for ten minutes.',
  nothing_to_record: 'Read the case: its `step` says what to do now.',
  subject_missing: 'Use a token with the claim `sub`, or `client_id`.',
  account_forbidden: 'Use a token of this account, and media under `media/{accountId}/`.',
  revalidation_unknown:
    'Check the id. It is unknown too when its retention is over, or when the token is for another account.',
  consent_receipt_unknown: 'Check the id. It is unknown too when the token is for another account.',
  consent_text_unknown:
    'Send the purpose, country, language and version of a text in the folder `consent` of the deployment.',
  already_decided: 'Read the case: it has its outcome.',
  not_ended: 'Read the case until it has its outcome, then its evidence.',
  legal_hold: 'Erase the person after the hold, or have counsel end it with the command `hold`.',
  account_erased:
    'Enroll the person under a new account id. A case that was erased before its evidence was signed has none.',
  campaign_unknown: 'Check the id. It is unknown too when its retention is over.',
  campaign_state: 'Read the campaign. `shared/campaigns/README.md` says what each status allows.',
  manifest_changed: 'Make a new plan of the new version, or put the planned content again and plan that.',
  manifest_gone: 'Put the manifest under `campaigns/manifests/`, then plan it.',
  manifest_too_large: 'Split the manifest: 500 MB and 1,000,000 rows at most.',
  plan_outlives_media: 'Use a faster pace or fewer rows, or put the media under `campaigns/{folder}/media/`.',
  claimed_elsewhere: 'Repeat the call with the same key after `Retry-After`.',
  body_too_large: 'Send at most 64 KB. Media is uploaded with a form.',
  content_type_unsupported: 'Send `content-type: application/json`.',
  unexpected:
    'Repeat the call later, a start with the same `Idempotency-Key`. If it goes on, the operator finds it in the log of the function.',
};

const groupOf = (code: string) => groupedReasons.find(({ reasons }) => (reasons as readonly string[]).includes(code));

/** The meaning of a code that also ends a case, unless the call gives it another one. */
const meansOf = (code: ProblemCode): string => (acts[code] ? '' : (groupOf(code)?.means ?? ''));

const actOf = (code: ProblemCode): string => {
  const act = acts[code] ?? groupOf(code)?.operator;
  if (!act) throw new Error(`no text says what to do about the problem "${code}"`);
  return act;
};

/** A chapter for each code of a problem. `type` of a problem document is the address of its chapter. */
export const problemChapters = (): string =>
  (Object.keys(problems) as ProblemCode[])
    .map((code) => {
      const { status, title } = problems[code];
      const text = [`${status}. ${title}`, meansOf(code), `**Do:** ${actOf(code)}`].filter(Boolean).join(' ');
      return `## ${code}\n\n${text}`;
    })
    .join('\n\n');
