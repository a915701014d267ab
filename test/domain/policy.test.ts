import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcementOf } from '../../shared/domain/announcement.ts';
import { StartBody, TicketBody } from '../../shared/domain/api.ts';
import { requestOfDropped } from '../../shared/domain/drop.ts';
import { RequestInvalidError } from '../../shared/domain/errors.ts';
import { readIntake } from '../../shared/domain/intake.ts';
import { outcomeOf } from '../../shared/domain/outcome.ts';
import {
  type Asked,
  appliedPolicy,
  applyPolicy,
  floorOf,
  type Policies,
  policyVersionOf,
  purposeOf,
} from '../../shared/domain/policy.ts';
import { Options, RevalidationRequest, subvalidations } from '../../shared/domain/request.ts';
import { detailsOfDrop, requestDetailsOf } from '../../shared/domain/request-details.ts';
import { requestOf, startTicket, uploadTicket } from '../../shared/domain/ticket.ts';
import { SINGLE_PRECISION } from '../../shared/domain/tolerance.ts';
import { ValidationAnswer } from '../../shared/truora/schemas.ts';
import { verdictOf } from '../../shared/truora/verdict.ts';

const policies: Policies = { default: { minimumThreshold: 0.65 } };

describe('what is sent', () => {
  test.each<[Options, Options]>([
    [{}, { threshold: 0.65, subvalidations: ['similarity'] }],
    [{ threshold: 0.8 }, { threshold: 0.8, subvalidations: ['similarity'] }],
    [{ liveness: 'disabled' }, { threshold: 0.65, subvalidations: ['similarity'] }],
    [{ liveness: 'passive' }, { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'] }],
    [
      { subvalidations: ['passive_liveness'], timeoutSeconds: 60 },
      { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'], timeoutSeconds: 60 },
    ],
    [
      { subvalidations: ['passive_liveness', 'similarity'], resultMode: 'poll' },
      { threshold: 0.65, subvalidations: ['similarity', 'passive_liveness'], resultMode: 'poll' },
    ],
  ])('%j is sent as %j, and that is sent unchanged', (asked, inFact) => {
    expect(applyPolicy({ options: asked }, policies)).toEqual(inFact);
    expect(applyPolicy({ options: inFact }, policies)).toEqual(inFact);
    expect(Options.parse(inFact)).toEqual(inFact);
  });

  test('a threshold below the floor is refused, and the refusal names field and floor', () => {
    for (const threshold of [0, 0.1, 0.6499]) {
      expect(() => applyPolicy({ options: { threshold } }, policies)).toThrow(
        /^threshold_below_policy: options\.threshold: must be at least 0\.65, the minimumThreshold of the policy default/,
      );
    }
    expect(() => applyPolicy({ options: { threshold: 0.99 } }, { default: { minimumThreshold: 1 } })).toThrow(
      RequestInvalidError,
    );
  });

  test('a threshold that equals the floor in single precision is accepted', () => {
    expect(applyPolicy({ options: { threshold: Math.fround(0.65) } }, policies).threshold).toBe(0.65);
    expect(applyPolicy({ options: { threshold: 0 } }, { default: { minimumThreshold: 0 } }).threshold).toBe(0);
  });
});

const share = fc.double({ min: 0, max: 1, noNaN: true });

const options = fc.record(
  {
    threshold: fc.oneof(share, fc.constantFrom(0.65, 0.7)),
    subvalidations: fc.uniqueArray(fc.constantFrom(...subvalidations.slice(0, 2)), { minLength: 1 }),
    timeoutSeconds: fc.constantFrom(1, 300),
    resultMode: fc.constantFrom('poll', 'callback'),
  },
  { requiredKeys: [] },
);

/** What Truora may say where a number or a word belongs: near what was asked, in other forms, and nonsense. */
const number = fc.oneof(
  share,
  share.map(Math.fround),
  fc.constantFrom(
    0,
    0.65,
    0.649,
    0.6499999,
    0.97,
    1,
    -1,
    1.5,
    41,
    65,
    97,
    1e300,
    1e-200,
    '0.97',
    '',
    null,
    [],
    {},
    true,
  ),
);

const word = fc.constantFrom(undefined, null, 'success', 'SUCCESS', 'match', 'failure', 'pending', '', 7, [], {});

const face = fc.record(
  {
    similarity_status: word,
    confidence_score: number,
    passive_liveness_status: word,
    enrollment_id: fc.constantFrom('ENR1', 'ENR2', 7),
  },
  { requiredKeys: [] },
);

const answer = fc.record(
  {
    validation_id: fc.constantFrom('VLD1', 'VLD1', 'VLD2'),
    account_id: fc.constantFrom('ana', 'ana', 'ben'),
    validation_status: fc.constantFrom('success', 'success', 'SUCCESS', 'failure', 'pending', 'new', 7),
    failure_status: fc.constantFrom(undefined, undefined, 'declined', '', [], 7),
    type: fc.constantFrom('face-recognition', 'face_recognition', 'document-validation'),
    threshold: number,
    details: fc.oneof(fc.record({ face_recognition_validations: face }), fc.constantFrom([], {}, 'x', null)),
  },
  { requiredKeys: ['validation_id', 'account_id', 'validation_status'] },
);

/** A success as it should be, but for its numbers: what comes near an approval. */
const likely = fc.oneof(
  number,
  fc.double({ min: 0.6, max: 1, noNaN: true }),
  fc.constantFrom(0.65, Math.fround(0.7), 0.97, 1),
);

const nearly = fc
  .record({ threshold: likely, score: likely, liveness: fc.oneof(word, fc.constant('success')) })
  .map(({ threshold, score, liveness }) => ({
    validation_id: 'VLD1',
    account_id: 'ana',
    validation_status: 'success',
    threshold,
    details: {
      face_recognition_validations: {
        similarity_status: 'success',
        confidence_score: score,
        ...(liveness === undefined ? {} : { passive_liveness_status: liveness }),
      },
    },
  }));

const call = {
  kind: 'call',
  accountId: 'ana',
  enrollmentId: 'ENR1',
  userAuthorized: true,
  media: { key: 'media/a' },
} as const;

type Said = { options: Options; purpose?: string };

const bucket = 'media-bucket';

/** As a call of a workflow or of the API arrives at the first step. */
const detailsOf = (request: RevalidationRequest, metadata: Record<string, string> = {}): Asked =>
  requestDetailsOf(readIntake(RevalidationRequest.parse(request), { bucket, executionId: 'e' }), metadata);

const metadataOf = ({ options, purpose }: Said): Record<string, string> => ({
  'user-authorized': 'true',
  options: JSON.stringify(options),
  ...(purpose === undefined ? {} : { purpose }),
});

const { kind: _, media, ...person } = call;

/** What each entry point makes of a request: the options and the purpose that the claim applies the policy to. */
const entryPoints: Record<string, (said: Said) => Asked> = {
  workflow: (said) => detailsOf({ ...call, ...said }),
  drop: (said) => detailsOfDrop('inbox/ana/ENR1/a.jpg', metadataOf(said)),
  sweep: (said) => {
    const dropped = { key: 'inbox/ana/ENR1/a.jpg', versionId: 'v1', etag: 'e', putAt: new Date(0) };
    return detailsOf(requestOfDropped(bucket, dropped), metadataOf(said));
  },
  api: (said) => detailsOf(requestOf(startTicket(StartBody.parse({ ...person, media, ...said }), ID, 'v1', 'iam:ana'))),
  ticket: (said) =>
    uploadTicket(TicketBody.parse({ ...person, upload: { type: 'video/mp4' }, ...said }), ID, 'iam:ana'),
};

const ID = `RVL${'0'.repeat(32)}`;

const policyOfTest = fc.record(
  {
    minimumThreshold: fc.constantFrom(0, 0.65, 0.8, 0.9),
    require: fc.constantFrom<('similarity' | 'passive_liveness')[]>(['similarity'], ['passive_liveness']),
  },
  { requiredKeys: ['minimumThreshold'] },
);

const someone = fc.record({ default: policyOfTest, transfer: policyOfTest });

/** The policies when the verdict is read: the same, others, or without the purpose of the request. */
const later = fc.oneof(fc.constant(undefined), someone, fc.record({ default: policyOfTest }));

test('never approves a case below the policy of its purpose or below the requested threshold, for any request, entry point and echo of Truora', () => {
  let approved = 0;
  const names = new Set<string>();
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(entryPoints)),
      fc.tuple(options, fc.constantFrom(undefined, 'default', 'transfer', 'payout')),
      fc.tuple(someone, later),
      fc.oneof(answer, nearly, nearly),
      fc.option(share, { nil: undefined }),
      (name, [said, purpose], [policies, changed], echoed, created) => {
        const { success, data: asked } = Options.safeParse(said);
        if (!success) return;
        const request = { options: asked, ...(purpose === undefined ? {} : { purpose }) };
        const entered = entryPoints[name]?.(request) ?? {};
        expect(purposeOf(entered)).toBe(purpose ?? 'default');
        const policy = purpose === 'payout' ? undefined : policies[purpose ?? 'default'];
        let requested: Options;
        try {
          requested = applyPolicy(entered, policies);
        } catch (error) {
          const reason = policy ? 'threshold_below_policy' : 'purpose_unknown';
          expect(error).toMatchObject({ reason });
          if (policy) expect(asked.threshold).toBeLessThan(policy.minimumThreshold);
          return;
        }
        if (!policy) throw new Error('an unknown purpose was accepted');
        // As the client reads it: a null or an empty text says as little as the field's absence.
        const text = JSON.stringify(echoed);
        const heard = JSON.parse(text, (_, value) => (value === null || value === '' ? undefined : value));
        const { data } = ValidationAnswer.safeParse(heard);
        const claim = { accountId: 'ana', enrollmentId: 'ENR1', requested, ...appliedPolicy(entered, policies) };
        const deadline = '2026-11-29T10:00:00.000Z';
        const validation = { validationId: 'VLD1', deadline, ...(created === undefined ? {} : { threshold: created }) };
        const floor = floorOf(changed ?? policies, claim);
        const verdict = data && verdictOf(data, { claim, validation, floor, at: new Date() });
        if (verdict?.status !== 'approved') return;
        approved += 1;
        names.add(name);
        const outcome = outcomeOf({ revalidationId: ID, ...claim }, { ...verdict, decidedBy: 'poll' });
        const least = Math.max(policy.minimumThreshold, floor, asked.threshold ?? 0);
        const { similarity_status, confidence_score, passive_liveness_status } =
          heard.details.face_recognition_validations;
        expect(['success', 'match']).toContain(similarity_status.toLowerCase());
        expect(typeof confidence_score).toBe('number');
        expect(confidence_score).toBeLessThanOrEqual(1);
        expect(confidence_score).toBeGreaterThanOrEqual(least - SINGLE_PRECISION);
        expect(outcome.threshold).toBeGreaterThanOrEqual(least);
        expect(outcome).toMatchObject({ purpose: purpose ?? 'default', policyVersion: policyVersionOf(policy) });
        expect(announcementOf(outcome)).toMatchObject(appliedPolicy(entered, policies));
        if (policy.require?.includes('passive_liveness'))
          expect(passive_liveness_status?.toLowerCase()).toBe('success');
        expect(heard.threshold ?? least).toBeGreaterThanOrEqual(least - SINGLE_PRECISION);
        expect(heard.threshold ?? least).toBeLessThanOrEqual(1);
        expect([heard.validation_id, heard.account_id]).toEqual(['VLD1', 'ana']);
      },
    ),
    { numRuns: 5000 },
  );
  // It would hold as well if no case were ever approved, or none of one entry point.
  expect(approved).toBeGreaterThan(50);
  expect([...names].toSorted()).toEqual(Object.keys(entryPoints).toSorted());
});

test("makes an approval of Truora's verdict alone: no sweep, repair or cancellation writes one", () => {
  const root = join(import.meta.dirname, '../..');
  const files = ['shared', 'functions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const writers = files.filter(
    (file) => file.endsWith('.ts') && /status: 'approved'/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(writers).toEqual(['shared/truora/verdict.ts']);
});
