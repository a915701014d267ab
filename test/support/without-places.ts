/**
 * Calls what makes a template. The CDK asks where each construct is made, and Vitest maps each of these places to the source: a tenth
 * of the time. So an error of the CDK comes without its places.
 */
export const withoutPlaces = <Made>(make: () => Made): Made => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};
