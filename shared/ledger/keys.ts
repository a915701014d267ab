export const keyOf = (revalidationId: string) => `RUN#${revalidationId}`;

/** Seconds since 1970, as DynamoDB's time to live wants it. */
export const secondsAfter = (from: Date, seconds: number): number => Math.floor(from.getTime() / 1000) + seconds;
