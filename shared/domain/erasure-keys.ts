/** The folders of the bucket of erasures: the name of each erased person, and the certificates. Neither expires. */
export const ERASED = 'erased/';

export const CERTIFICATES = 'certificates/';

export const certificateKeyOf = (person: string): string => `${CERTIFICATES}${person}.sdjwt`;
