import { RequestInvalidError } from './errors.ts';
import { type Options, subvalidations, subvalidationsOf } from './request.ts';
import { isAtLeast } from './tolerance.ts';

/** How strict every check is at least. The deployment decides it, never a caller. */
export type Policy = {
  /** Least similarity that approves anybody, 0 to 1. */
  minimumThreshold: number;
};

/**
 * What is asked of Truora in fact: a missing threshold takes the floor, similarity is always among the subvalidations, and
 * these stand in one order whatever form they were asked in. The claim keeps this, it is what is sent, what the verdict is
 * held against, and what tells a repeat from another question.
 * @throws RequestInvalidError `threshold_below_policy`, which names the floor
 */
export const applyPolicy = (asked: Options, { minimumThreshold: floor }: Policy): Options => {
  const { threshold = floor } = asked;
  if (!isAtLeast(threshold, floor)) {
    const rule = `must be at least ${floor}, the minimumThreshold of this deployment`;
    throw new RequestInvalidError('threshold_below_policy', `options.threshold: ${rule}`, [
      { path: 'options.threshold', code: 'out_of_range', detail: rule },
    ]);
  }
  return { ...withSubvalidations(asked), threshold: Math.max(threshold, floor) };
};

const withSubvalidations = (asked: Options): Options => {
  const { liveness: _, subvalidations: __, ...others } = asked;
  const named = subvalidationsOf(asked) ?? [];
  return {
    ...others,
    subvalidations: subvalidations.filter((one) => one === 'similarity' || named.includes(one)),
  };
};

/**
 * Options as they would be sent, to compare requests. A threshold that is not above the floor is left out, so that a request
 * without a threshold stays the same when the floor changes.
 */
export const comparableOptions = (asked: Options, { minimumThreshold: floor }: Policy): Options => {
  const { threshold, ...others } = withSubvalidations(asked);
  return threshold === undefined || isAtLeast(floor, threshold) ? others : { ...others, threshold };
};
