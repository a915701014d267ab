import * as z from 'zod/mini';
import { TruoraContractError } from '../domain/errors.ts';
import { TruoraId } from '../domain/ids.ts';
import { isSameAccount } from './account.ts';
import { mayHoldMore, type Page } from './list-end.ts';
import { MaybePhrase } from './phrase.ts';
import type { ListAnswer } from './schemas.ts';

const link = z.optional(z.string().check(z.maxLength(8192)));

/**
 * A row of a person's list. The compared fields may have an unknown form, so they are not checked here; `candidatesOn` compares
 * them.
 */
export const ListedRow = z.object({
  validation_id: TruoraId,
  account_id: z.union([z.string(), z.number()]),
  type: z.optional(z.unknown()),
  creation_date: z.optional(z.union([z.string(), z.number()])),
  validation_status: z.string(),
  failure_status: z.optional(z.string()),
  threshold: z.optional(z.unknown()),
  instructions: z.optional(z.object({ file_upload_link: link, speech_token: MaybePhrase })),
  file_upload_link: link,
  speech_token: MaybePhrase,
});

export type ListedRow = z.infer<typeof ListedRow>;

/** Truora's other products, which the same list shows (assumed). Any other type may be ours. */
const OTHERS = new Set([
  'documentvalidation',
  'electronicsignature',
  'phoneverification',
  'emailverification',
  'speechrecognition',
]);

/**
 * The rows of a page that may be about this person's face. Rows of another person or product are ignored, even unreadable ones. A
 * row that may be ours must be readable. The list is the person's own, so a page whose undecided faces are all of other accounts
 * writes the account in a form that is unknown here.
 * @throws TruoraContractError
 */
export const rowsOf = ({ validations }: ListAnswer, accountId: string): ListedRow[] => {
  const faces = validations.filter((row) => !isOfAnotherProduct(row));
  const ours = faces.filter((row) => !isOfAnother(row, accountId));
  if (faces.some(isUndecided) && !ours.some(isUndecided)) {
    throw broken('the validations on the list are of another account');
  }
  return ours.map((row) => {
    const { success, data } = ListedRow.safeParse(row);
    if (!success) throw broken('a validation on the list cannot be read');
    return data;
  });
};

type Fields = Partial<Record<'account_id' | 'type' | 'validation_status' | 'failure_status', unknown>>;

const fieldsOf = (row: unknown): Fields => row ?? {};

const isOfAnotherProduct = (row: unknown): boolean => {
  const { type } = fieldsOf(row);
  return typeof type === 'string' && OTHERS.has(type.toLowerCase().replace(/[^a-z]/g, ''));
};

const isOfAnother = (row: unknown, accountId: string): boolean => {
  const { account_id: account } = fieldsOf(row);
  return ['string', 'number'].includes(typeof account) && !isSameAccount(String(account), accountId);
};

const isUndecided = (row: unknown): boolean => !isDecided(fieldsOf(row));

/** Whether a row has a verdict. An expired one has none. */
export const isDecided = ({ validation_status, failure_status }: Fields): boolean =>
  validation_status === 'success' || failure_status === 'declined';

/**
 * The key of the next page, if there is one: `start_key`, or the one in the link `next`, as in Truora's older API (documented there,
 * assumed here). The link itself is never followed, because our API key would be sent to its origin.
 * @throws TruoraContractError when there may be more pages without a key: an unread row must not count as "not found"
 */
export const nextOf = (page: Page): string | undefined => {
  const { next, start_key: key = keyIn(next) } = page.fields;
  if (typeof key === 'string') return key;
  if (mayHoldMore(page)) throw broken('the list may have more that cannot be read');
  return undefined;
};

const keyIn = (next: unknown): string | undefined => {
  if (typeof next !== 'string' || !URL.canParse(next, 'https://truora.invalid')) return undefined;
  return new URL(next, 'https://truora.invalid').searchParams.get('start_key') || undefined;
};

const broken = (detail: string) => new TruoraContractError('truora_contract_broken', detail);
