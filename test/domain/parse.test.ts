import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { RequestInvalidError } from '../../shared/domain/errors.ts';
import { englishErrors, explain, parseOrRefuse } from '../../shared/domain/parse.ts';
import { Options, Reference, RevalidationRequest } from '../../shared/domain/request.ts';

const refusal = (schema: z.ZodMiniType, value: unknown, root?: string): RequestInvalidError => {
  try {
    parseOrRefuse(schema, value, root);
  } catch (error) {
    if (error instanceof RequestInvalidError) return error;
    throw error;
  }
  throw new TypeError('it was not refused');
};

describe('a refusal', () => {
  test('names the field and the rule', () => {
    expect(refusal(Options, { threshold: 7 }).message).toBe('request_invalid: threshold: must be 0 to 1');
  });

  test("names the whole path of the field, from the caller's point of view", () => {
    expect(refusal(Options, { threshold: 7 }, 'x-amz-meta-options').message).toBe(
      'request_invalid: x-amz-meta-options.threshold: must be 0 to 1',
    );
    expect(refusal(z.array(Options), [{}, { threshold: 7 }]).message).toBe(
      'request_invalid: 1.threshold: must be 0 to 1',
    );
  });

  test('names the request when there is no field to name', () => {
    expect(refusal(Options, 7).message).toBe('request_invalid: request: must be an object');
    expect(refusal(Reference, 'é', 'reference').message).toBe(
      'request_invalid: reference: must be 1 to 128 printable ASCII characters',
    );
  });

  test('names at most four rules', () => {
    const broken = { threshold: 7, timeoutSeconds: 0, subvalidations: [], resultMode: 'x', liveness: 'y' };
    expect(refusal(Options, broken).message.split('; ')).toHaveLength(4);
  });

  test('names the consent when the consent is missing, also beside other errors', () => {
    expect(refusal(RevalidationRequest, { kind: 'call', userAuthorized: false, accountId: '..' }).reason).toBe(
      'consent_missing',
    );
    expect(refusal(RevalidationRequest, { kind: 'call', userAuthorized: true }).reason).toBe('request_invalid');
  });

  test('does not exist for a valid request, which is returned parsed', () => {
    expect(parseOrRefuse(Options, { threshold: 0.7 })).toEqual({ threshold: 0.7 });
    expect(parseOrRefuse(z.object({ a: z._default(z.string(), 'b') }), { c: 1 })).toEqual({ a: 'b' });
  });
});

describe('an absent field', () => {
  const codesOf = (value: unknown) => refusal(RevalidationRequest, value).broken.map(({ path, code }) => [path, code]);

  test('counts as missing, in the sentence and by its code', () => {
    const { message, broken } = refusal(RevalidationRequest, { kind: 'call' });
    expect(message).toMatch(
      /^consent_missing: accountId: is missing; enrollmentId: is missing; userAuthorized: is missing: /,
    );
    expect(broken.map(({ path, code }) => [path, code])).toEqual([
      ['accountId', 'missing'],
      ['enrollmentId', 'missing'],
      ['userAuthorized', 'missing'],
      ['media', 'missing'],
    ]);
  });

  test.each<[unknown, [string, string][]]>([
    [undefined, [['request', 'missing']]],
    [{}, [['kind', 'missing']]],
    [{ kind: 'drop' }, [['event', 'missing']]],
    [{ kind: 'unknown' }, [['kind', 'rule']]],
    [7, [['request', 'wrong_type']]],
  ])('of %j is distinguished from a wrong one', (value, codes) => {
    expect(codesOf(value)).toEqual(codes);
  });

  test('stops to count as missing once it has a value', () => {
    const { broken } = refusal(RevalidationRequest, {
      kind: 'call',
      accountId: 7,
      enrollmentId: '',
      userAuthorized: 'true',
      media: [],
    });
    expect(broken.map(({ code, detail }) => [code, detail])).toEqual([
      ['wrong_type', 'must be text'],
      ['malformed', 'must be 1 to 128 of A-Z a-z 0-9 _ -'],
      ['not_one_of', 'must be true: the person must have agreed'],
      ['wrong_type', 'must be an object'],
    ]);
  });
});

describe('an unknown field', () => {
  test.each(['thresold', 'user-authorized', 'user_authorized', 'A', 'a'.repeat(32)])(
    'appears in the refusal if it looks like a name: %s',
    (name) => {
      expect(refusal(Options, { [name]: 1 }).message).toBe(`request_invalid: request: unknown field "${name}"`);
    },
  );

  test.each([
    '',
    ' ',
    'a b',
    'a'.repeat(33),
    '4711',
    'person@example.com',
    'José',
    '<script>',
    'a"b',
    'a\nERROR forged',
    '\u001b[31m',
    '__proto__',
    '../..',
  ])('stays out of the refusal if it does not: %j', (name) => {
    const value = JSON.parse(`{${JSON.stringify(name)}: 1}`);
    expect(refusal(Options, value).message).toBe('request_invalid: request: unknown field');
  });
});

describe('a value', () => {
  /** Every place of a request where a caller can put something, each with a valid value. */
  const places = {
    kind: fc.constantFrom('call', 'drop'),
    accountId: fc.constant('person'),
    enrollmentId: fc.constant('ENR1'),
    userAuthorized: fc.constant(true),
    media: fc.record({ key: fc.constant('media/a.jpg'), versionId: fc.constant('v') }),
    options: fc.constantFrom({}, { threshold: 0.5 }),
    reference: fc.constant('case'),
    idempotencyKey: fc.constant('key'),
    event: fc.record({ source: fc.constant('aws.s3'), detail: fc.constant({}) }),
  };
  const canary = 'Canary 4711 ñ';
  const canaries = fc.constantFrom<unknown[]>(
    canary,
    [canary],
    { [canary]: canary },
    { key: canary, bucket: canary, versionId: [canary] },
    { threshold: canary, liveness: canary, subvalidations: [canary, canary], retryOf: canary },
    { minimumPrecision: canary, timeoutSeconds: canary, resultMode: canary, [canary]: 1 },
    { source: canary, detail: { bucket: { name: canary }, object: canary } },
    {
      source: 'aws.s3',
      detail: { bucket: { name: canary }, object: { key: [canary], etag: canary, 'version-id': 1 } },
    },
  );

  test('never appears in a refusal, at any place of a request', () => {
    let refused = 0;
    const request = fc.record(
      Object.fromEntries(Object.entries(places).map(([name, valid]) => [name, fc.oneof(valid, canaries)])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(request, canaries), (value) => {
        const { error } = RevalidationRequest.safeParse(value, englishErrors);
        if (!error) return;
        refused += 1;
        expect(explain(error)).not.toMatch(/canary|4711/i);
        expect(explain(error)).not.toBe('');
        expect(refusal(RevalidationRequest, value).message).not.toMatch(/canary|4711/i);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test('of any kind gives a sentence of field and rule, on one line and of limited length', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }), (value) => {
        const { error } = RevalidationRequest.safeParse(value, englishErrors);
        if (error) expect(explain(error)).toMatch(/^[ -~]{5,400}$/);
      }),
    );
  });
});
