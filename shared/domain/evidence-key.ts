/** The folder of evidence in its bucket. */
export const EVIDENCE = 'evidence/';

/** The key of a case's evidence. It names no person. */
export const evidenceKeyOf = (revalidationId: string): string => `${EVIDENCE}${revalidationId}.sdjwt`;
