/**
 * The lines of a stream of UTF-8, without their ends, each with its length in bytes and its end included. Own code: `node:readline`
 * keeps a line of any length, and says no byte position, by which a reader goes on later.
 * @param tooLong makes the error for a line of more than `most` bytes
 */
export async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  most: number,
  tooLong: () => Error = () => new RangeError('a line is too long'),
): AsyncGenerator<{ text: string; bytes: number }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const data =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      if (end - from > most) throw tooLong();
      yield { text: lineIn(data, from, end), bytes: end + 1 - from };
      from = end + 1;
    }
    // A copy: the view would keep the whole chunk.
    rest = Buffer.from(data.subarray(from));
    if (rest.length > most) throw tooLong();
  }
  if (rest.length > 0) yield { text: lineIn(rest, 0, rest.length), bytes: rest.length };
}

const lineIn = (data: Buffer, from: number, end: number): string =>
  data.toString('utf8', from, end > from && data[end - 1] === 13 ? end - 1 : end);
