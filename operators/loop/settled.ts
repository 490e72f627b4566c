import { from, isObservable, of, type Observable } from 'rxjs';

/** What a function of the caller gives, now or later. An array or text is a value here, not a source of values. */
export const settled = (value: unknown): Observable<unknown> =>
  isObservable(value) || isPromiseLike(value) ? from(value) : of(value);

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && 'then' in value && typeof value.then === 'function';
