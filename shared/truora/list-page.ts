import * as z from 'zod/mini';
import { TruoraContractError } from '../domain/errors.ts';
import { TruoraId } from '../domain/ids.ts';
import { mayHoldMore, type Page } from './list-end.ts';
import type { ListAnswer } from './schemas.ts';

const link = z.optional(z.string().check(z.maxLength(8192)));

/**
 * A row of a person's list, as far as it tells whose it is. What it is compared by may come in a form that we do not know, so that
 * is read as it stands and judged by `candidatesOn`.
 */
export const ListedRow = z.object({
  validation_id: TruoraId,
  account_id: z.union([z.string(), z.number()]),
  type: z.optional(z.unknown()),
  creation_date: z.optional(z.union([z.string(), z.number()])),
  validation_status: z.string(),
  failure_status: z.optional(z.string()),
  threshold: z.optional(z.unknown()),
  instructions: z.optional(z.object({ file_upload_link: link })),
  file_upload_link: link,
});

export type ListedRow = z.infer<typeof ListedRow>;

/** Truora's other products, which the same list shows (assumed). A type that is none of these may be ours under another name. */
const OTHERS = new Set([
  'documentvalidation',
  'electronicsignature',
  'phoneverification',
  'emailverification',
  'speechrecognition',
]);

/**
 * The rows of a page that may be about this person's face. Truora lists all its products, so a row of another person or product is
 * none of our business, however it looks; one that could be ours has to be read.
 * @throws TruoraContractError
 */
export const rowsOf = ({ validations }: ListAnswer, accountId: string): ListedRow[] =>
  validations
    .filter((row) => !isAnothers(row, accountId))
    .map((row) => {
      const { success, data } = ListedRow.safeParse(row);
      if (!success) throw broken('a validation on the list cannot be read');
      return data;
    });

const isAnothers = (row: unknown, accountId: string): boolean => {
  const { account_id: said, type } = (row ?? {}) as { account_id?: unknown; type?: unknown };
  const isOther = ['string', 'number'].includes(typeof said) && folded(String(said)) !== folded(accountId);
  return isOther || (typeof type === 'string' && OTHERS.has(type.toLowerCase().replace(/[^a-z]/g, '')));
};

/** An id may come back in other capitals, composed otherwise, or with a blank around it. */
const folded = (text: string): string => text.normalize('NFKC').trim().toLowerCase();

/**
 * By which key the next page is asked for, if there is one: a `start_key`, or the one in the link `next`, as in Truora's older
 * API (documented there, assumed here). The link itself is never followed, since our key goes where it points.
 * @throws TruoraContractError when there may be more and nothing says how to get it: what is not seen is not "not found"
 */
export const nextOf = (page: Page): string | undefined => {
  const { next, start_key: key = keyIn(next) } = page.said;
  if (typeof key === 'string') return key;
  if (mayHoldMore(page)) throw broken('the list may have more that cannot be read');
  return undefined;
};

const keyIn = (next: unknown): string | undefined => {
  if (typeof next !== 'string' || !URL.canParse(next, 'https://truora.invalid')) return undefined;
  return new URL(next, 'https://truora.invalid').searchParams.get('start_key') || undefined;
};

const broken = (detail: string) => new TruoraContractError('truora_contract_broken', detail);
