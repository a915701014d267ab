type Optional<F> = { [K in keyof F as undefined extends F[K] ? K : never]?: Exclude<F[K], undefined> };

type Required<F> = { [K in keyof F as undefined extends F[K] ? never : K]: F[K] };

/** The type of the fields without those that are undefined. */
type Defined<F> = Optional<F> & Required<F>;

/** The fields that any member of a union has. */
type KeysOf<T> = T extends unknown ? keyof T : never;

/** Forbids the fields that no `T` has, as TypeScript does for a literal. A `T` without named fields takes any. */
type Exact<F, T> = [KeysOf<T>] extends [never] ? unknown : { [K in Exclude<keyof F, KeysOf<T>>]: never };

/** What may be given for a `T`: its optional fields may be undefined. */
type Loose<T> = { [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] };

/**
 * A copy of an object without its undefined fields: with `exactOptionalPropertyTypes` absent and undefined differ. `T` is the type that
 * the place of the call expects; without one it is the type of the fields. A misspelt, a missing and a wrong field do not compile. Put
 * the whole object into the call: of `{ ...defined({ field }) }` the compiler expects all of `T`.
 */
export const defined = <F extends object, T extends object = Defined<F>>(
  fields: F & Exact<F, T> & (Defined<F> extends NoInfer<T> ? unknown : Loose<NoInfer<T>>),
): T => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
