import { isSameNumber } from '../domain/tolerance.ts';

/** Whether a threshold or a score is a number from 0 to 1. */
export const isShare = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1;

/** A threshold or a score for the ledger: DynamoDB takes no number nearer to 0 than 1e-130, so such a number becomes 0. */
export const kept = (share: number): number => (isSameNumber(share, 0) ? 0 : share);
