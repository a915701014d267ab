import { isSameNumber } from '../domain/tolerance.ts';

/** Whether a threshold or a score is one: a number from 0 to 1. Percent, texts and nonsense are none. */
export const isShare = (said: number | undefined): said is number => said !== undefined && said >= 0 && said <= 1;

/** A threshold or a score as the ledger can hold it: DynamoDB takes no number nearer to 0 than 1e-130, and what is so near is 0. */
export const kept = (share: number): number => (isSameNumber(share, 0) ? 0 : share);
