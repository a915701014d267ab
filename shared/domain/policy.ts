import { RequestInvalidError } from './errors.ts';
import { type Options, subvalidations, subvalidationsOf } from './request.ts';
import { isAtLeast } from './tolerance.ts';

/** The minimum strictness of every check. The deployment sets it, never a caller. */
export type Policy = {
  /** Least similarity for an approval, 0 to 1. */
  minimumThreshold: number;
};

/**
 * The options that are sent to Truora: a missing threshold becomes the floor, similarity is always among the subvalidations,
 * and these have one order. The claim keeps these options. The verdict is checked against them, and they distinguish a
 * repeat from another request.
 * @throws RequestInvalidError `threshold_below_policy`, which names the floor
 */
export const applyPolicy = (asked: Options, { minimumThreshold: floor }: Policy): Options => {
  const { threshold = floor, liveness: _, subvalidations: __, ...others } = asked;
  if (!isAtLeast(threshold, floor)) {
    const rule = `must be at least ${floor}, the minimumThreshold of this deployment`;
    throw new RequestInvalidError('threshold_below_policy', `options.threshold: ${rule}`, [
      { path: 'options.threshold', code: 'out_of_range', detail: rule },
    ]);
  }
  const named = subvalidationsOf(asked) ?? [];
  return {
    ...others,
    threshold: Math.max(threshold, floor),
    subvalidations: subvalidations.filter((one) => one === 'similarity' || named.includes(one)),
  };
};
