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
export const applyPolicy = (options: Options, { minimumThreshold: floor }: Policy): Options => {
  const { threshold = floor } = options;
  if (!isAtLeast(threshold, floor)) {
    const rule = `must be at least ${floor}, the minimumThreshold of this deployment`;
    throw new RequestInvalidError('threshold_below_policy', `options.threshold: ${rule}`, [
      { path: 'options.threshold', code: 'out_of_range', detail: rule },
    ]);
  }
  return { ...withSubvalidations(options), threshold: Math.max(threshold, floor) };
};

const withSubvalidations = (options: Options): Options => {
  const { liveness: _, subvalidations: __, ...others } = options;
  const named = subvalidationsOf(options);
  return {
    ...others,
    subvalidations: subvalidations.filter((one) => one === 'similarity' || named?.includes(one)),
  };
};

/**
 * Options as they would be sent, to compare requests. A threshold that is not above the floor is left out, so that a request
 * without a threshold stays the same when the floor changes.
 */
export const comparableOptions = (options: Options, { minimumThreshold: floor }: Policy): Options => {
  const { threshold, ...others } = withSubvalidations(options);
  return threshold === undefined || isAtLeast(floor, threshold) ? others : { ...others, threshold };
};
