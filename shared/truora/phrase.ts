import * as z from 'zod/mini';

/** Far longer than a person can speak within a recording of 10 MB (assumed). Characters. */
const LONGEST = 500;

/**
 * A phrase to speak. Truora documents only the name `speech_token`, neither its form nor its place (both assumed). Blanks are folded; a
 * number is read as its digits. What holds control characters is no phrase for a person.
 */
export const Phrase = z.pipe(
  z.union([z.string(), z.int()]),
  z.pipe(
    z.transform((value: string | number) => String(value).replace(/\s+/gu, ' ').trim()),
    z.string().check(z.minLength(1), z.maxLength(LONGEST), z.regex(/^\P{C}*$/u)),
  ),
);

/** A phrase that is absent where it cannot be read: a row of a list without one is still a row. */
export const MaybePhrase = z.optional(
  z.transform((value: unknown): string | undefined => Phrase.safeParse(value).data),
);

type Placed = {
  instructions?: { speech_token?: string | undefined } | undefined;
  speech_token?: string | undefined;
};

/** The phrase of an answer about a new validation, in the places where it may be: `instructions` first, then the top level (assumed). */
export const phraseOf = ({ instructions, speech_token }: Placed): string | undefined =>
  instructions?.speech_token ?? speech_token;
