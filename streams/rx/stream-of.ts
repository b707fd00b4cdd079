import { isObservable, type Observable } from 'rxjs';
import { AppError } from '../types/errors.js';
import { kindOf } from './kind-of.js';

/**
 * Checks that a callback returned an Observable, and returns it.
 *
 * @param whose Names the callback in the error, as in `an app`.
 * @throws An {@link AppError} that says what it returned instead, and what to do.
 */
export function streamOf<T>(whose: string, returned: Observable<T>): Observable<T> {
  if (isObservable(returned)) return returned;
  throw new AppError(
    'APP_NOT_OBSERVABLE',
    `${whose} returns an Observable, and this one returned ${kindOf(returned)}; RxJS's defer and from make one of a Promise`,
  );
}
