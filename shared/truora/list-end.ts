/**
 * What a page of a list says beside its rows, its headers among it, and whether any of that may mean that there is more than it
 * holds. How Truora pages this list is not documented, so nothing here is a form that is known: it is every form we could
 * think of, and a sign that is not understood counts as more.
 */
export type Page = {
  /** All that stands beside the rows. */
  said: Record<string, unknown>;
  /** Rows of this page, rows of all pages up to it, and how many pages those are. */
  rows: number;
  read: number;
  pages: number;
};

/** Names under which there is more, if anything stands there; and those under which it is the end, unless they say `false`. */
const MORE =
  /next|more|cursor|token|startkey|lastkey|lastevaluated|continu|truncat|partial|incomplete|remain|scroll|bookmark|^after$/;

const END = /^(is|was)?(last|final|end|complete|done|finished)/;

/** Numbers of pages, of rows in all, of rows on a page at most, of rows that were passed over. */
const PAGES = /^(pages|maxpages?|lastpage)$|(total|count|num|number|of)pages$|pages?(total|count|num)/;

const IN_ALL = /total/;

const COUNT = /count|results|records|elements|items|found|hits|available/;

const MOST = /limit|pagesize|perpage|^size$|maxresults|maxitems/;

const SKIPPED = /offset|skip/;

/** Texts such as `0-49/120` and `1-50 of 120`, where they stand under such a name. */
const RANGED = /range|showing|summary|^page$/;

const RANGE = /(?:\/|\bof\b)\s*(\d+|\*)/;

/** Links with a place in the list, which are harmless where they lead to no later page. */
const PLACE = /[?&](page|offset|skip|from|after|cursor|start_?key|[a-z_]*token)\b/i;

const EARLIER = /^(self|first|prev(ious)?|current)$/;

/** Headers that speak of other things. */
const ELSE = /rate-?limit|amz|amzn|request|trace|content-type|frame|xss|cache|powered|retry/;

/**
 * The headers of an answer that may speak of pages. A link in one is an object of our own, under the name of what it is.
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

/** Whether anything on the page may mean that there is more. */
export const mayHoldMore = (page: Page): boolean => {
  const leaves = leavesOf(page.said, []);
  const isWhole = leaves.some(
    ({ name, value }) => IN_ALL.test(name) && !PAGES.test(name) && Number(value) === page.read,
  );
  return leaves.some((leaf) => isSign(leaf, page, isWhole)) || holdsRows(page.said);
};

type Leaf = { names: string[]; name: string; value: unknown };

/** What a name says, however it is spelled: `has_more`, `hasMore`, `Has-More`. An account is no count. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]|account/g, '');

/** A link in a list of links has its name in `rel`. */
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
  // A number of all that is smaller than what was read counts something else than rows.
  if (names.some((one) => IN_ALL.test(one))) return count !== read;
  if (names.some((one) => COUNT.test(one)) && count > read) return true;
  if (typeof value !== 'string') return false;
  if (RANGED.test(name)) return RANGE.test(value) && Number(RANGE.exec(value)?.[1]) !== read;
  return PLACE.test(value) && !names.some((one) => EARLIER.test(one));
};

/** Rows may stand elsewhere: any list of objects, but one of links, and any object that is a validation. */
const holdsRows = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if ('validation_id' in value || 'validationId' in value) return true;
  const inner = Object.values(value);
  const isList = Array.isArray(value) && inner.some((one) => typeof one === 'object' && !(one && 'rel' in one));
  return isList || inner.some(holdsRows);
};

const isNo = (value: unknown): boolean => value === false || value === 'false';

/** An explicit "no more" says so by nothing, by `false`, or by 0. */
const isSomething = (value: unknown): boolean =>
  ![undefined, null, false, 0, '', 'false', '0'].includes(value as undefined);
