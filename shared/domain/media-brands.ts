/** Atoms without content, which may precede `ftyp`. */
const fillers = /^(free|skip|wide)$/;

/** The brands of an `ftyp` box, the major one first. @returns undefined when the file does not begin with one */
export const brandsOf = (head: Buffer): string[] | undefined => {
  for (let at = 0; at + 8 <= head.length; ) {
    const size = head.readUInt32BE(at);
    const type = head.toString('latin1', at + 4, at + 8);
    const isLong = size === 1;
    if (isLong && at + 16 > head.length) return undefined;
    const length = isLong ? Number(head.readBigUInt64BE(at + 8)) : size || head.length - at;
    if (type === 'ftyp') {
      const text = head.toString('latin1', at + (isLong ? 16 : 8), Math.min(at + length, head.length));
      // The four bytes after the major brand are its version.
      return [text.slice(0, 4), ...(text.slice(8).match(/.{4}/gs) ?? [])];
    }
    if (!fillers.test(type) || length < 8) return undefined;
    at += length;
  }
  return undefined;
};
