/** The bytes of each of the two numbers of a signature on the curve P-256. */
const NUMBER_BYTES = 32;

const INTEGER = 0x02;

const SEQUENCE = 0x30;

const malformed = (what: string) => new TypeError(`the signature is no DER of two numbers: ${what}`);

/** A number of DER in 32 bytes: without the zero byte before a high bit, and with those that DER leaves out. */
const fixed = (number: Buffer): Buffer => {
  const [first = 0x80, second = 0] = number;
  if (first >= 0x80) throw malformed('a number is negative or empty');
  if (first === 0 && number.length > 1 && second < 0x80) throw malformed('a number has a byte too many');
  const digits = first === 0 ? number.subarray(1) : number;
  if (digits.length > NUMBER_BYTES) throw malformed('a number is longer than 32 bytes');
  return Buffer.concat([Buffer.alloc(NUMBER_BYTES - digits.length), digits]);
};

/**
 * A signature as JWS has it (r and s, 32 bytes each), of the DER form that KMS answers with (documented: ANSI X9.62 for ECDSA). All
 * lengths are below 128, so each is one byte.
 * @throws TypeError for any other form
 */
export const joseOfDer = (der: Uint8Array): Buffer => {
  const bytes = Buffer.from(der);
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2) throw malformed('its length is another one');
  const numbers: Buffer[] = [];
  for (let at = 2; at < bytes.length; ) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (bytes[at] !== INTEGER || end > bytes.length) throw malformed('a part is no number');
    numbers.push(fixed(bytes.subarray(at + 2, end)));
    at = end;
  }
  if (numbers.length !== 2) throw malformed(`it holds ${numbers.length} numbers`);
  return Buffer.concat(numbers);
};
