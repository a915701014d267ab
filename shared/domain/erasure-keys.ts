/**
 * The folders of the bucket of erasures: the name of each erased person and of each revoked receipt of consent, which a restored ledger
 * does not know, and the certificates. None expires.
 */
export const ERASED = 'erased/';

export const REVOKED = 'revoked/';

export const CERTIFICATES = 'certificates/';

export const certificateKeyOf = (person: string): string => `${CERTIFICATES}${person}.sdjwt`;
