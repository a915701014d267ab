/**
 * Makes an example of an answer of Truora. Field names, types and vocabulary stay; every value of a person, a time or a secret becomes
 * an invented value. The same answer on another day gives the same example, so git shows only changes of Truora.
 */

/** An id as Truora mints them (seen): three capitals and hex digits. */
const ID = /^([A-Z]{3})([0-9a-f]{32,40})$/;

const DATE = /^\d{4}-\d\d-\d\d(?:([T ])\d\d:\d\d(?::\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/;

const LINK = /^[a-z][a-z0-9+.-]*:\/\//i;

const IP4 = /^\d{1,3}(\.\d{1,3}){3}$/;

const IP6 = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i;

/** Fields with a vocabulary, whose words the example must keep. */
const VOCABULARY = /(^|_)(status|type|typ|reason|action)$/;

/** The form of Truora's field names (seen): words, with at most a number at the end. */
const FIELD = /^[A-Za-z][A-Za-z_]{0,63}\d{0,3}$/;

const WORD = /^[a-z]+(?:[_-][a-z]+)*$/;

const LONGEST_WORD = 64;

/** Numbers that are settings and not data of a person or a time. */
const KEPT_NUMBERS = ['threshold', 'remaining_retries', 'allowed_retries', 'code', 'http_code'];

/** The default threshold (documented). The side of a score is kept. */
const DEFAULT_THRESHOLD = 0.65;

/** The invented values of an example. */
export const invented = {
  accountId: 'customer-42',
  text: 'text',
  ip4: '203.0.113.7',
  ip6: '2001:db8::7',
  day: '2026-11-23',
  unixSeconds: 1795428300,
  id: (prefix: string, digits: number, count: number) => prefix + count.toString(16).padStart(digits, '0'),
};

const hostOf = ({ hostname }: URL) => (/\.(truora\.com|amazonaws\.com)$/.test(hostname) ? hostname : 'files.example');

const parameterOf = (name: string): string =>
  name === 'Expires' ? String(invented.unixSeconds) : name === 'Key-Pair-Id' ? 'KEXAMPLE' : 'abc';

/** Keeps the host and the names of the parameters of a link, not the file and the signature. */
const inventedLink = (text: string): string => {
  if (!URL.canParse(text)) return invented.text;
  const url = new URL(text);
  const names = [...url.searchParams.keys()].filter((name) => /^[A-Za-z][A-Za-z-]{0,39}$/.test(name));
  const query = names.map((name) => `${name}=${parameterOf(name)}`).join('&');
  return `${url.protocol}//${hostOf(url)}/u/x${query && `?${query}`}`;
};

/** A fraction becomes nine digits: Truora writes nanoseconds without trailing zeros (seen). */
const inventedDate = ([, divider, fraction, zone]: RegExpExecArray): string =>
  divider ? `${invented.day}${divider}10:00:00${fraction ? '.123161454' : ''}${zone ? 'Z' : ''}` : invented.day;

const inventedNumber = (name: string, value: number): number => {
  if (KEPT_NUMBERS.includes(name)) return value;
  if (name === 'confidence_score') return value >= DEFAULT_THRESHOLD ? 0.97 : 0.41;
  if (name === 'low') return 28;
  if (name === 'high') return 36;
  if (!Number.isInteger(value)) return 0.5;
  return value >= 1e9 ? invented.unixSeconds : 1;
};

/** Whether a value is a word of a vocabulary, which is kept. */
export const isVocabulary = (name: string, value: string): boolean =>
  VOCABULARY.test(name) && value.length <= LONGEST_WORD && WORD.test(value);

/**
 * The scrubber of one recording: an id gets the same invented id in every answer, numbered by first occurrence.
 * @param who the requested ids, in any form
 */
export const scrubber = (who: { accountId: string; enrollmentId: string }) => {
  const ids = new Map<string, string>([[who.enrollmentId, invented.id('ENR', 32, 1)]]);
  const counts = new Map<string, number>([['ENR', 1]]);
  const inventedId = (id: string, prefix: string, digits: number): string => {
    const known = ids.get(id);
    if (known) return known;
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    ids.set(id, invented.id(prefix, digits, count));
    return invented.id(prefix, digits, count);
  };
  const text = (name: string, value: string): string => {
    if (value === '' || isVocabulary(name, value)) return value;
    if (name === 'account_id' || value === who.accountId) return invented.accountId;
    const known = ids.get(value);
    if (known) return known;
    const [id, prefix = '', digits = ''] = ID.exec(value) ?? [];
    if (id) return inventedId(id, prefix, digits.length);
    const date = DATE.exec(value);
    if (date) return inventedDate(date);
    if (LINK.test(value)) return inventedLink(value);
    if (IP4.test(value)) return invented.ip4;
    if (IP6.test(value)) return invented.ip6;
    return invented.text;
  };
  /** Keeps a field name of Truora. A person's name or an id as a field name is scrubbed like a value. */
  const fieldOf = (field: string): string =>
    FIELD.test(field) && !field.includes(who.accountId) && !field.includes(who.enrollmentId)
      ? field
      : field === who.accountId
        ? 'customer'
        : 'text';
  /** @param name the field that holds the value; that of a list for its entries */
  const scrub = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return text(name, value);
    if (typeof value === 'number') return inventedNumber(name, value);
    if (Array.isArray(value)) return value.map((entry) => scrub(entry, name));
    if (value === null || typeof value !== 'object') return value;
    const example: Record<string, unknown> = {};
    for (const [field, inner] of Object.entries(value)) {
      const name = fieldOf(field);
      // Two field names that become equal stay two fields.
      let free = name;
      for (let nth = 2; Object.hasOwn(example, free); nth += 1) free = `${name}_${nth}`;
      example[free] = scrub(inner, field);
    }
    return example;
  };
  return (body: unknown) => scrub(body);
};
