/** The ledger key of a record. */
export const keyOf = (revalidationId: string) => `RUN#${revalidationId}`;

/** A time in seconds since 1970, the form of DynamoDB's time to live. */
export const secondsAfter = (from: Date, seconds: number): number => Math.floor(from.getTime() / 1000) + seconds;
