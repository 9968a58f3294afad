import type { Maybe } from './target.ts';

/** Goes on with a value: at once if it is there, so that a target that answers at once is answered for at once. */
export function andThen<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
