import { describe, expect, test } from 'vitest';
import { leaksIn } from '../../infra/record/leaks.ts';
import { scrubber } from '../../infra/record/scrub.ts';

const who = { accountId: 'maria.lopez', enrollmentId: 'ENR9f8e7d6c5b4a39281706f5e4d3c2b1a0' };

const secrets = { ...who, key: 'a-key-of-truora' };

const id = (prefix: string, end: string) => prefix + end.padStart(32, '7');

const scrub = (body: unknown) => scrubber(who)(body);

describe('what is scrubbed', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['the person', { account_id: who.accountId }, { account_id: 'customer-42' }],
    ['the person under any name', { owner: who.accountId }, { owner: 'customer-42' }],
    ['another person', { account_id: 'juan' }, { account_id: 'customer-42' }],
    ['the enrollment', { enrollment_id: who.enrollmentId }, { enrollment_id: `ENR${'1'.padStart(32, '0')}` }],
    ['a name', { first_name: 'María', note: 'call her at noon' }, { first_name: 'text', note: 'text' }],
    ['a word without a known kind', { gender: 'female' }, { gender: 'text' }],
    ['a sentence in place of a word', { declined_reason: 'Maria was late' }, { declined_reason: 'text' }],
    ['an address', { ip_address: '198.51.100.23' }, { ip_address: '203.0.113.7' }],
    ['a long address', { ip_address: '2001:db8:0:1::f' }, { ip_address: '2001:db8::7' }],
    ['a moment', { at: '2027-01-02T03:04:05.123456789Z' }, { at: '2026-11-23T10:00:00.123161454Z' }],
    [
      'a moment whose nanoseconds end in zeros',
      { at: '2027-01-02T03:04:05.12Z' },
      { at: '2026-11-23T10:00:00.123161454Z' },
    ],
    ['a moment in seconds', { at: '2027-01-02T03:04:05Z' }, { at: '2026-11-23T10:00:00Z' }],
    ['a birthday', { birth: '1990-01-02' }, { birth: '2026-11-23' }],
    ['a moment as a number', { iat: 1801428011 }, { iat: 1795428300 }],
    ['a score', { confidence_score: 0.8312 }, { confidence_score: 0.97 }],
    ['a score below', { confidence_score: 0.5991 }, { confidence_score: 0.41 }],
    ['an age', { age: 37, age_range: { low: 31, high: 39 } }, { age: 1, age_range: { low: 28, high: 36 } }],
    [
      'a link, but not whose it is and how it is signed',
      { link: 'https://files.truora.com/p/77?Expires=1801428011&Signature=Zm9v~bar&Key-Pair-Id=KREAL' },
      { link: 'https://files.truora.com/u/x?Expires=1795428300&Signature=abc&Key-Pair-Id=KEXAMPLE' },
    ],
    [
      'a link to a person',
      { link: 'http://127.0.0.1:4711/u/VLD1?token=x' },
      { link: 'http://files.example/u/x?token=abc' },
    ],
  ])('%s', (_, said, example) => {
    expect(scrub(said)).toEqual(example);
    expect(leaksIn(scrub(said), secrets)).toEqual([]);
  });
});

test('a field that is named after a person or an id loses its name, and no field is lost', () => {
  const said = {
    [who.accountId]: { status: 'success' },
    [who.enrollmentId]: 1,
    [id('VLD', '9')]: 2,
    'maria@example.com': 3,
    [`face_of_${who.accountId}`]: 4,
    validation_id: id('VLD', '9'),
  };
  const example = scrub(said) as Record<string, unknown>;
  expect(Object.keys(example)).toEqual(['customer', 'text', 'text_2', 'text_3', 'text_4', 'validation_id']);
  expect(example.customer).toEqual({ status: 'success' });
  expect(JSON.stringify(example)).not.toMatch(/maria|ENR9f8e|VLD7777/);
  expect(leaksIn(example, secrets)).toEqual([]);
});

test('a person named like a field keeps no field of that name', () => {
  const named = { ...who, accountId: 'juan' };
  expect(scrubber(named)({ juan: { status: 'success' } })).toEqual({ customer: { status: 'success' } });
});

test('fields, kinds, words and request details stay', () => {
  const said = {
    type: 'face-recognition',
    validation_status: 'failure',
    declined_reason: 'similarity_threshold_not_passed',
    threshold: 0.8,
    remaining_retries: 0,
    is_live: true,
    nothing: null,
    empty: '',
    list: [],
  };
  expect(scrub(said)).toEqual(said);
});

test('one id becomes one invented id in all answers of a recording, in the order of first use', () => {
  const one = scrubber(who);
  const [first, second] = [id('VLD', 'a'), id('VLD', 'b')];
  expect(one([first, who.enrollmentId, second, first])).toEqual([
    `VLD${'1'.padStart(32, '0')}`,
    `ENR${'1'.padStart(32, '0')}`,
    `VLD${'2'.padStart(32, '0')}`,
    `VLD${'1'.padStart(32, '0')}`,
  ]);
  expect(one({ again: second })).toEqual({ again: `VLD${'2'.padStart(32, '0')}` });
});

describe('an example is not written with', () => {
  const token = [{ alg: 'HS256' }, { key_type: 'backend' }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  test.each<[string, unknown]>([
    ["Truora's key", secrets.key],
    ["Truora's key", `Bearer ${secrets.key}`],
    ['the id of the person', who.accountId],
    ['the id of the person', who.enrollmentId],
    ['an id', id('VLD', 'c')],
    ['a token', token.join('.')],
    ["a key of AWS's", `AKIA${'X'.repeat(16)}`],
    ['a link', 'https://files.truora.com/real/path?Signature=abc'],
    ['a link', 'https://files.truora.com/u/x?Signature=real'],
    ['an address', '198.51.100.23'],
    ['a date', '2027-01-02'],
    ['an e-mail address', 'maria@example.com'],
    ['a long number', '+573001234567'],
    ['a secret', 'c2VjcmV0LXNlY3JldC1zZWNyZXQ1'],
  ])('%s', (what, value) => {
    expect(leaksIn({ list: [{ field: value }] }, secrets)).toContain(`${what} in "field"`);
  });

  test('a long number, or a name in the place of a field', () => {
    expect(leaksIn({ phone: 573001234567 }, secrets)).toEqual(['a long number in "phone"']);
    expect(leaksIn({ answers: { 'maria.lopez': true } }, secrets)).toEqual([
      'a field within "answers" with an unexpected name',
    ]);
  });
});
