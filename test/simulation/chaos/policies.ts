import { DEFAULT_PURPOSE, type Policies, purposeOf } from '../../../shared/domain/policy.ts';
import type { LedgerRecord } from '../../../shared/domain/record.ts';
import type { Charged } from '../truora/vendor.ts';
import type { Chance } from '../virtual/chance.ts';
import type { Plan } from './fault.ts';

/** The deployment's default alone, as in every system of the table of faults. */
export const plainPolicies: Policies = { [DEFAULT_PURPOSE]: { minimumThreshold: 0.65 } };

/** A second purpose, which is stricter; the people of the plan ask for it, some for one that there is not. */
export const addPolicies = (plan: Plan, chance: Chance): void => {
  if (!chance.is(0.3)) return;
  const require = chance.pick([undefined, ['similarity'], ['similarity', 'passive_liveness']] as const);
  plan.policies = {
    ...plainPolicies,
    transfer: { minimumThreshold: chance.pick([0.7, 0.8, 0.95]), ...(require ? { require: [...require] } : {}) },
  };
  const purpose = chance.pick(['transfer', 'transfer', 'transfer', DEFAULT_PURPOSE, 'unknown']);
  for (const { metadata } of plan.arrivals) {
    metadata.purpose = purpose;
    // What another person's, or an older, client would send: between the two floors.
    if (chance.is(0.3)) metadata.options = JSON.stringify({ threshold: chance.pick([0.66, 0.75, 0.99]) });
  }
  // Most agree to what they are asked for.
  const isSecond = plan.arrivals.some(({ underSecond }) => underSecond);
  if (plan.consent && (isSecond || chance.is(0.9))) plan.consent.purpose = purpose;
  // A success of Truora's between the two floors.
  if (purpose === 'transfer' && chance.is(0.3))
    plan.story.ending = { validation_status: 'success', face: { confidence_score: chance.pick([0.66, 0.69]) } };
};

/** No approval is below its policy, in what was asked of Truora and in what it answered. @returns the promises that are broken */
export const judgePolicies = (
  { policies }: Plan,
  records: readonly LedgerRecord[],
  charged: ReadonlyMap<string, Charged>,
): string[] =>
  records.flatMap((record) => {
    const { phase, validationId = '', outcome } = record;
    const form = charged.get(validationId)?.form;
    const policy = policies[purposeOf(record)];
    if (!form) return [];
    if (!policy) return ['a purpose without a policy was paid for'];
    const { minimumThreshold: floor, require = [] } = policy;
    const asked = form.getAll('subvalidations');
    const isAsked = Number(form.get('threshold')) >= floor && require.every((one) => asked.includes(one));
    const isReached = outcome?.similarity === undefined || outcome.similarity >= floor;
    return [
      ...(isAsked ? [] : ['less than the policy was asked for']),
      ...(phase !== 'approved' || isReached ? [] : ['approved below the policy']),
    ];
  });
