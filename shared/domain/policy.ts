import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { defined } from './defined.ts';
import { RequestInvalidError } from './errors.ts';
import { type Options, Purpose, subvalidations, subvalidationsOf, Threshold } from './request.ts';
import { isAtLeast } from './tolerance.ts';

/** The purpose of a request that names none. */
export const DEFAULT_PURPOSE = 'default';

/** How strict the checks of one purpose are. The deployment sets it, never a caller. */
export const Policy = z.strictObject({
  /**
   * The lowest similarity that approves, 0 to 1, for every caller. A request below it is refused; a request without a threshold
   * gets it. Truora's own default (documented): 0.65.
   */
  minimumThreshold: z._default(Threshold, 0.65),
  /** Subvalidations that are added to every request: `similarity`, `passive_liveness`. Similarity is always checked. */
  require: z.optional(
    z.array(z.enum(['similarity', 'passive_liveness'])).check(
      z.minLength(1, 'must name at least one'),
      z.refine((all) => new Set(all).size === all.length, 'must name each at most once'),
    ),
  ),
  /** The longest life of a validation at Truora, in seconds. A request without a timeout gets it. */
  maxTimeoutSeconds: z.optional(
    z.int('must be whole seconds').check(z.minimum(1, 'must be 1 to 21600'), z.maximum(21_600, 'must be 1 to 21600')),
  ),
});

export type Policy = z.infer<typeof Policy>;

/** Sixteen with the longest names take 2.4 KB of the 4 KB that the variables of a function have together (documented). */
const MOST_POLICIES = 16;

/** The policies of a deployment, by purpose. */
export const Policies = z.record(Purpose, Policy).check(
  z.refine((all) => all[DEFAULT_PURPOSE] !== undefined, 'must hold the policy "default", for requests without purpose'),
  z.refine((all) => Object.keys(all).length <= MOST_POLICIES, `must be ${MOST_POLICIES} policies at most`),
);

export type Policies = Readonly<Record<string, Policy>>;

/** What decides the policy of a request, and what the policy is applied to. */
export type Asked = { options?: Options | undefined; purpose?: string | undefined };

/** The purpose of a request or a record: `default` where it names none. */
export const purposeOf = ({ purpose }: Pick<Asked, 'purpose'>): string => purpose ?? DEFAULT_PURPOSE;

const broken = (reason: 'purpose_unknown' | 'threshold_below_policy' | 'request_invalid', path: string, rule: string) =>
  new RequestInvalidError(reason, `${path}: ${rule}`, [
    { path, code: reason === 'purpose_unknown' ? 'not_one_of' : 'out_of_range', detail: rule },
  ]);

/** The policy of a request. @throws RequestInvalidError `purpose_unknown`, which names the known purposes */
export const policyOf = (policies: Policies, of: Pick<Asked, 'purpose'>): Policy => {
  const purpose = purposeOf(of);
  const policy = Object.hasOwn(policies, purpose) ? policies[purpose] : undefined;
  if (policy) return policy;
  throw broken('purpose_unknown', 'purpose', `must be one of ${Object.keys(policies).toSorted().join(', ')}`);
};

/**
 * The least similarity that approves a case of this purpose now. A purpose that was removed while its case was open has the default
 * floor: what was sent holds the floor of the claim.
 */
export const floorOf = (policies: Policies, of: Pick<Asked, 'purpose'>): number =>
  (policies[purposeOf(of)] ?? policies[DEFAULT_PURPOSE])?.minimumThreshold ?? 1;

/**
 * The options that are sent to Truora under the policy of the request's purpose: a missing threshold becomes the floor, a missing
 * timeout the longest one, required subvalidations and similarity are added, and these have one order. The claim keeps these
 * options. The verdict is checked against them, and they distinguish a repeat from another request.
 * @throws RequestInvalidError `purpose_unknown`, `threshold_below_policy`; `request_invalid` for a longer timeout, and for liveness
 *   that is switched off and required. Each names the field and the rule.
 */
export const applyPolicy = (asked: Asked, policies: Policies): Options => {
  const { options = {} } = asked;
  const policy = policyOf(policies, asked);
  const { minimumThreshold: floor, maxTimeoutSeconds: longest, require = [] } = policy;
  const { threshold = floor, timeoutSeconds = longest } = options;
  const whose = `of the policy ${purposeOf(asked)}`;
  if (!isAtLeast(threshold, floor))
    throw broken(
      'threshold_below_policy',
      'options.threshold',
      `must be at least ${floor}, the minimumThreshold ${whose}`,
    );
  if (longest !== undefined && timeoutSeconds !== undefined && timeoutSeconds > longest)
    throw broken(
      'request_invalid',
      'options.timeoutSeconds',
      `must be at most ${longest}, the maxTimeoutSeconds ${whose}`,
    );
  if (options.liveness === 'disabled' && require.includes('passive_liveness'))
    throw broken(
      'request_invalid',
      'options.liveness',
      `must not be disabled: passive_liveness is in require ${whose}`,
    );
  return defined({
    ...withSubvalidations(options, require),
    threshold: Math.max(threshold, floor),
    timeoutSeconds,
  });
};

const withSubvalidations = (asked: Options, required: readonly string[]) => {
  const { liveness: _, subvalidations: __, ...others } = asked;
  const all = ['similarity', ...(subvalidationsOf(asked) ?? []), ...required];
  return { ...others, subvalidations: subvalidations.filter((one) => all.includes(one)) };
};

/**
 * Options as they would be sent, to compare requests. What the policy itself adds is left out: a threshold that is not above the
 * floor, a required subvalidation, the longest timeout. So a request without them stays the same when the policy changes.
 * @throws RequestInvalidError `purpose_unknown`
 */
export const comparableOptions = (asked: Asked, policies: Policies): Options => {
  const { minimumThreshold: floor, maxTimeoutSeconds: longest, require = [] } = policyOf(policies, asked);
  const { threshold, timeoutSeconds, subvalidations: named, ...others } = withSubvalidations(asked.options ?? {}, []);
  return defined({
    ...others,
    subvalidations: named.filter((one) => one === 'similarity' || !require.some((of) => of === one)),
    timeoutSeconds: timeoutSeconds === longest ? undefined : timeoutSeconds,
    threshold: threshold === undefined || isAtLeast(floor, threshold) ? undefined : threshold,
  });
};

/** `POL` and 32 hex digits: a hash of a policy. The order of its keys, and of what it requires, does not change it. */
export const policyVersionOf = ({ minimumThreshold, maxTimeoutSeconds, require = [] }: Policy): string => {
  const required = subvalidations.filter((one) => one === 'similarity' || require.some((of) => of === one));
  const all = JSON.stringify({ minimumThreshold, required, maxTimeoutSeconds });
  return `POL${createHash('sha256').update(all).digest('hex').slice(0, 32)}`;
};

/** The version of a policy. */
export const PolicyVersion = z.string().check(z.regex(/^POL[0-9a-f]{32}$/, 'must be POL and 32 hex digits'));

/** What a claim keeps of the policy that it was checked by. @throws RequestInvalidError `purpose_unknown` */
export const appliedPolicy = (of: Pick<Asked, 'purpose'>, policies: Policies) => ({
  purpose: purposeOf(of),
  policyVersion: policyVersionOf(policyOf(policies, of)),
});
