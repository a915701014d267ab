type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** A copy of an object without its undefined fields: with `exactOptionalPropertyTypes` absent and undefined differ. */
export const defined = <T extends object>(fields: T): Optional<T> & Required<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Optional<T> & Required<T>;
