import { endWith, ignoreElements, merge, type Observable, take, tap } from 'rxjs';
import type { Admitted } from './admit.js';
import { type Endable, endable } from './endable.js';

/**
 * The waiting room, for one caller. Completes when the caller has a node. A hang-up is seen at once, since the
 * line is listened to (what is typed meanwhile is dropped), and ends the wait with an error.
 *
 * @param tell Told the caller's place, at first and whenever it changes.
 */
export function wait(
  { connection, place$ }: Admitted,
  call: Endable,
  tell: (place: number) => void,
): Observable<never> {
  const gone$ = connection.input$.pipe(endable(call), ignoreElements());
  const turn$ = place$.pipe(tap(tell), ignoreElements(), endWith('turn'));
  return merge(gone$, turn$).pipe(take(1), ignoreElements());
}
