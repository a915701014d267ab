/**
 * Decides whether a page of a list may have further pages, by its fields and headers. Truora does not document the paging of this
 * list. So a field counts as harmless only when it is known here and its value says that nothing is left; any other field may mean
 * more. A missed page would count as "not found" and cause a second charge.
 */
export type Page = {
  /** All other fields of the page, and its headers. */
  fields: Record<string, unknown>;
  /** Rows of this page, rows of all pages up to it, and how many pages those are. */
  rows: number;
  read: number;
  pages: number;
};

/** Objects that describe the page. An object or a list under another name may hold rows. */
const HOLDERS = /^(headers|meta(data)?|pagination|paging|page|pageinfo|cursors|links?)$/;

/** Links to this page or an earlier one. */
const EARLIER = /^(self|first|prev(ious)?(page)?|current)$/;

/** Names that say with `false` that there is more, and with `true` that there is none. */
const END = /^(is|was)?(last|final|end|complete|done|finished|all$|whole)/;

/** Names for the number of a page, and for a number of pages. */
const PAGES =
  /^(current|last|max|this)?pages?(no|num|number|index|count|total)?$|^(total|count|num|number)(of)?pages$|^(number|index|current|last|of)$/;

/** The number of this page, which may begin at 0, and then so does that of the last page. */
const NUMBER = /^(current|this)?page(no|num|number|index)?$|^(number|index|current)$/;

const LAST = /last|max/;

const ROWS = 'rows|results|records|elements|items|hits|matches|validations|entries';

/** Names for the number of all rows, and of rows that are no more than those that were read. */
const IN_ALL = new RegExp(`^total(of)?(${ROWS})?(count)?$|^(${ROWS})total$`);

const COUNT = new RegExp(`^(${ROWS})?(count|length|quantity|found)$|^(count|num|number)?(of)?(${ROWS})$|^to$`);

/** Names for rows of a page at most, and skipped rows. */
const MOST = /^(page)?(limit|size)$|^(rows)?perpage$|^max(results|items|rows)?$/;

const SKIPPED = /^(offset|skip|skipped)$/;

/** Names for texts such as `0-49/120` and `1-50 of 120`. */
const RANGED = /^(content|item|row)?range$|^(showing|summary|page)$/;

const RANGE = /(?:\/|\bof\b)\s*(\d+|\*)/;

/** Ids of the request, times and orders: their value means nothing here. */
const PLAIN =
  /^(account|request|trace|correlation)id$|^(timestamp|date|time|servertime|(generated|requested)at|(api)?version|(took|duration|elapsed)(ms)?|sort(by|order)?|order(by)?|direction)$/;

/** Words of a success, as a status or a message. */
const STATUS = /^((http)?status|(http|status)?code|message)$/;

const GOOD = /^(ok|success|200)$/i;

/** Headers that may refer to pages. Own ones (`x-`) are taken by more words, because the others are mostly of HTTP. */
const OF_PAGES = /^(link|content-range)$|page|pagin|next|cursor|more|total|count/;

const OF_PAGES_OWN =
  /range|after|before|older|last|end-?key|start-?key|marker|offset|limit|token|continu|truncat|partial|remain|results|records|items|rows|position|batch/;

/** Headers that have nothing to do with paging. */
const ELSE =
  /rate-?limit|amz|amzn|request|trace|content-type|frame|xss|cache|powered|retry|envoy|kong|attempt|csrf|xsrf|auth|security|session|modified/;

/**
 * The headers of an answer that may refer to pages. A `link` header becomes an object with `isNext`, and JSON its value.
 * @param headers names in lower case
 */
export const signsIn = (headers: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !ELSE.test(name))
      .filter(([name]) => OF_PAGES.test(name) || (name.startsWith('x-') && OF_PAGES_OWN.test(name)))
      .map(([name, value]) => [name, name === 'link' ? { isNext: NEXT.test(String(value)) } : parsed(value)]),
  );

const NEXT = /rel="?[^",;]*\b(next|older|more|after)/i;

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** Whether the page may have further pages. */
export const mayHoldMore = (page: Page): boolean => {
  const leaves = leavesOf(page.fields, []);
  const isWhole = leaves.some(({ name, value }) => IN_ALL.test(name) && Number(value) === page.read);
  const isFromZero = leaves.some(({ name, value }) => NUMBER.test(name) && /^0$/.test(String(value)));
  return !leaves.every((leaf) => isHarmless(leaf, { ...page, isWhole, isFromZero }));
};

type Leaf = { names: string[]; name: string; value: unknown };

/** A name in one spelling: `has_more`, `hasMore`, `X-Has-More`. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^x-/, '')
    .replace(/[^a-z]/g, '');

/** The values of an object, with their names and those of the objects around. The name of a link is its `rel`. A list is a value. */
const leavesOf = (value: unknown, names: string[]): Leaf[] => {
  const name = String(names.at(-1));
  if (typeof value !== 'object' || value === null) return [{ names: names.slice(0, -1), name, value }];
  if (Array.isArray(value)) {
    if (/^links?$/.test(name)) return value.flatMap((inner) => leavesOf(inner, names));
    return [{ names, name, value: value.length > 0 ? value : undefined }];
  }
  const all = 'rel' in value ? [...names, plain(String(value.rel))] : names;
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...all, plain(key)]));
};

type Known = Page & { isWhole: boolean; isFromZero: boolean };

const isHarmless = ({ names, name, value }: Leaf, { rows, read, pages, isWhole, isFromZero }: Known): boolean => {
  if (!isSomething(value)) return !(END.test(name) && isNo(value));
  if (typeof value === 'object' || !names.every((one) => HOLDERS.test(one) || EARLIER.test(one))) return false;
  if (isYes(value)) return END.test(name) || name === 'first';
  if (PLAIN.test(name) || (STATUS.test(name) && GOOD.test(String(value)))) return true;
  const isEarlier = [...names, name].some((one) => EARLIER.test(one));
  const count = Number(value);
  if (Number.isNaN(count)) return isEarlier || isRangeOf(name, String(value), name === 'page' ? pages : read);
  if (PAGES.test(name)) return count <= pages && !(isFromZero && LAST.test(name));
  if (MOST.test(name)) return isWhole || count > rows;
  if (SKIPPED.test(name)) return pages > 1;
  if (name === 'from') return pages > 1 || count <= 1;
  // Any other total than the rows that were read may mean more.
  if (IN_ALL.test(name)) return count === read;
  return COUNT.test(name) ? count <= read : isEarlier;
};

/** Whether a text is a range that ends with the last of all. */
const isRangeOf = (name: string, text: string, all: number): boolean =>
  RANGED.test(name) && Number(RANGE.exec(text)?.[1]) === all;

const isYes = (value: unknown): boolean => value === true || value === 'true';

const isNo = (value: unknown): boolean => value === false || value === 'false';

/** An empty value, `false` or 0 means no more pages. */
const isSomething = (value: unknown): boolean =>
  ![undefined, null, false, 0, '', 'false', '0'].includes(value as undefined);
