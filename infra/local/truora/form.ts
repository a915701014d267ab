import { subvalidations } from '../../../shared/domain/request.ts';

type Rule = { field: string; rule: string; holds: (form: URLSearchParams) => boolean };

const optional = (field: string, rule: string, holds: (value: string) => boolean): Rule => ({
  field,
  rule,
  holds: (form) => form.getAll(field).every(holds),
});

const oneOf =
  (...words: readonly string[]) =>
  (value: string) =>
    words.includes(value);

const between = (low: number, high: number) => (value: string) =>
  /^\d+(\.\d+)?$/.test(value) && Number(value) >= low && Number(value) <= high;

/** Whether a form requests passive liveness, in the new or the old field. */
export const asksLiveness = (form: URLSearchParams): boolean =>
  form.getAll('subvalidations').includes('passive_liveness') || form.get('liveness') === 'passive';

/** Whether a form requests that a phrase is spoken. */
export const asksSpeech = (form: URLSearchParams): boolean => form.getAll('subvalidations').includes('speech_match');

/** The rules of a create call. Fields and values are documented; the 400 for a broken rule is assumed. */
const rules: readonly Rule[] = [
  { field: 'type', rule: 'must be face-recognition', holds: (form) => form.get('type') === 'face-recognition' },
  { field: 'user_authorized', rule: 'must be true', holds: (form) => form.get('user_authorized') === 'true' },
  {
    field: 'account_id',
    rule: 'is required, of a-z A-Z 0-9 _ . -',
    holds: (form) => /^[a-zA-Z0-9_.-]+$/.test(form.get('account_id') ?? ''),
  },
  optional('threshold', 'must be 0 to 1', between(0, 1)),
  optional('liveness', 'must be passive or disabled', oneOf('passive', 'disabled')),
  optional('subvalidations', `must be of ${subvalidations.join(', ')}`, oneOf(...subvalidations)),
  {
    field: 'liveness',
    rule: 'must not be given together with subvalidations',
    holds: (form) => !form.has('liveness') || !form.has('subvalidations'),
  },
  optional('minimum_precision', 'must be very_high, high, medium or low', oneOf('very_high', 'high', 'medium', 'low')),
  {
    field: 'minimum_precision',
    rule: 'is required with speech_match',
    holds: (form) => !asksSpeech(form) || form.has('minimum_precision'),
  },
  {
    field: 'retry_of_id',
    rule: 'needs passive liveness',
    holds: (form) => !form.has('retry_of_id') || asksLiveness(form),
  },
  optional('timeout', 'must be 1 to 21600 whole seconds', (value) => /^\d+$/.test(value) && between(1, 21_600)(value)),
];

/** @returns which field breaks which rule; undefined when the form is in order */
export const formFault = (form: URLSearchParams): string | undefined => {
  const broken = rules.find(({ holds }) => !holds(form));
  return broken && `${broken.field} ${broken.rule}`;
};
