/**
 * Decides whether a page of a list may have further pages, by its fields and headers. Truora does not document the paging of this
 * list, so this covers all common forms, and an unknown sign counts as more.
 */
export type Page = {
  /** All other fields of the page, and its headers. */
  fields: Record<string, unknown>;
  /** Rows of this page, rows of all pages up to it, and how many pages those are. */
  rows: number;
  read: number;
  pages: number;
};

/** Names that mean more pages when they have a value, and names that mean the end unless they are `false`. */
const MORE =
  /next|more|cursor|token|startkey|lastkey|lastevaluated|continu|truncat|partial|incomplete|remain|scroll|bookmark|^after$/;

const END = /^(is|was)?(last|final|end|complete|done|finished)/;

/** Names for a number of pages, all rows, rows of a page at most, skipped rows. */
const PAGES = /^(pages|maxpages?|lastpage)$|(total|count|num|number|of)pages$|pages?(total|count|num)/;

const IN_ALL = /total/;

const COUNT = /count|results|records|elements|items|found|hits|available/;

const MOST = /limit|pagesize|perpage|^size$|maxresults|maxitems/;

const SKIPPED = /offset|skip/;

/** Names for texts such as `0-49/120` and `1-50 of 120`. */
const RANGED = /range|showing|summary|^page$/;

const RANGE = /(?:\/|\bof\b)\s*(\d+|\*)/;

/** Links with a position in the list. Those to this page or an earlier one mean nothing. */
const PLACE = /[?&](page|offset|skip|from|after|cursor|start_?key|[a-z_]*token)\b/i;

const EARLIER = /^(self|first|prev(ious)?|current)$/;

/** Headers that have nothing to do with paging. */
const ELSE = /rate-?limit|amz|amzn|request|trace|content-type|frame|xss|cache|powered|retry/;

/**
 * The headers of an answer that may refer to pages. A `link` header becomes an object with `isNext`.
 * @param headers names in lower case
 */
export const signsIn = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => /^(x-|link$|content-range$)/.test(name) && !ELSE.test(name))
      .map(([name, value]) =>
        name === 'link' ? [name, { isNext: /rel="?next/i.test(String(value)) }] : [name, value],
      ),
  );

/** Whether the page may have further pages. */
export const mayHoldMore = (page: Page): boolean => {
  const leaves = leavesOf(page.fields, []);
  const isWhole = leaves.some(
    ({ name, value }) => IN_ALL.test(name) && !PAGES.test(name) && Number(value) === page.read,
  );
  return leaves.some((leaf) => isSign(leaf, page, isWhole)) || holdsRows(page.fields);
};

type Leaf = { names: string[]; name: string; value: unknown };

/** A name in one spelling: `has_more`, `hasMore`, `Has-More`. `account` is removed, because it contains `count`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]|account/g, '');

/** The values of an object with their names. The name of a link is its `rel`. */
const leavesOf = (value: unknown, names: string[]): Leaf[] => {
  if (typeof value !== 'object' || value === null) return [{ names, name: names.at(-1) ?? '', value }];
  if (Array.isArray(value)) return value.flatMap((inner) => leavesOf(inner, names));
  const all = 'rel' in value ? [...names, plain(String(value.rel))] : names;
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...all, plain(name)]));
};

const isSign = ({ names, name, value }: Leaf, { rows, read, pages }: Page, isWhole: boolean): boolean => {
  if (!isSomething(value)) return END.test(name) && isNo(value);
  if (names.some((one) => MORE.test(one))) return true;
  const count = Number(value);
  if (PAGES.test(name)) return !(count <= pages);
  if (MOST.test(name)) return !isWhole && !(count > rows);
  if (SKIPPED.test(name)) return pages === 1;
  // Any other total than the rows that were read may mean more.
  if (names.some((one) => IN_ALL.test(one))) return count !== read;
  if (names.some((one) => COUNT.test(one)) && count > read) return true;
  if (typeof value !== 'string') return false;
  if (RANGED.test(name)) return RANGE.test(value) && Number(RANGE.exec(value)?.[1]) !== read;
  return PLACE.test(value) && !names.some((one) => EARLIER.test(one));
};

/** Whether there are rows under another name: a list of objects that are no links, or an object that is a validation. */
const holdsRows = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if ('validation_id' in value || 'validationId' in value) return true;
  const inner = Object.values(value);
  const isList = Array.isArray(value) && inner.some((one) => typeof one === 'object' && !(one && 'rel' in one));
  return isList || inner.some(holdsRows);
};

const isNo = (value: unknown): boolean => value === false || value === 'false';

/** An empty value, `false` or 0 means no more pages. */
const isSomething = (value: unknown): boolean =>
  ![undefined, null, false, 0, '', 'false', '0'].includes(value as undefined);
