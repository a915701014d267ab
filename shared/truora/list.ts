import { TruoraContractError } from '../domain/errors.ts';
import { type ListAnswer, ValidationAnswer } from './schemas.ts';

/** Names under which an answer may say that there is more than it holds, or how much there is in all (assumed). */
const MORE = /next|more|cursor|start_?key|last_?(evaluated_?)?key|continu/i;
const IN_ALL = /^(total|count|total_(count|items|results))$/i;

/**
 * The rows of a page that may be about this person's face. Truora lists all its products, so a row of another person or type is
 * none of our business, however it looks; one that could be ours has to be read.
 * @throws TruoraContractError
 */
export const rowsOf = ({ validations }: ListAnswer, accountId: string): ValidationAnswer[] =>
  validations
    .filter((row) => !isAnothers(row, accountId))
    .map((row) => {
      const { success, data } = ValidationAnswer.safeParse(row);
      if (!success) throw broken('a validation on the list cannot be read');
      return data;
    });

const isAnothers = (row: unknown, accountId: string): boolean => {
  const { account_id, type } = (row ?? {}) as { account_id?: unknown; type?: unknown };
  const isOther = (said: unknown, ours: string) => typeof said === 'string' && said !== ours;
  return isOther(account_id, accountId) || isOther(type, 'face-recognition');
};

/**
 * By which key the next page is asked for, if there is one: a `start_key`, or the one in the link `next`, as in Truora's older
 * API (documented there, assumed here). The link itself is never followed, since our key goes where it points.
 * @param read how many rows were read by now, this page's among them
 * @throws TruoraContractError when there is more and nothing says how to get it: what is not seen is not "not found"
 */
export const nextOf = ({ validations: _, ...said }: ListAnswer, read: number): string | undefined => {
  const { next, start_key: key = keyIn(next), ...others } = said;
  const isMore = Object.entries(others).some(([name, value]) => MORE.test(name) && isSomething(value));
  const isFewer = Object.entries(others).some(([name, value]) => IN_ALL.test(name) && Number(value) > read);
  if (typeof key === 'string') return key;
  if (isSomething(key) || isSomething(next) || isMore || isFewer) throw broken('the list has more that cannot be read');
  return undefined;
};

const keyIn = (link: unknown): string | undefined => {
  if (typeof link !== 'string' || !URL.canParse(link, 'https://truora.invalid')) return undefined;
  return new URL(link, 'https://truora.invalid').searchParams.get('start_key') || undefined;
};

const isSomething = (value: unknown): boolean => value !== undefined && value !== false && value !== 0;

const broken = (detail: string) => new TruoraContractError('truora_contract_broken', detail);
