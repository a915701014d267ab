/** Whether two account ids are equal apart from capitals, Unicode form and blanks, which Truora may change (assumed). */
export const isSameAccount = (one: string, other: string): boolean => folded(one) === folded(other);

const folded = (text: string): string => text.normalize('NFKC').trim().toLowerCase();
