import { endWith, ignoreElements, merge, type Observable, take, tap } from 'rxjs';
import { type Endable, endable } from './endable.js';

/**
 * The waiting room, for one caller. Completes when the caller has a node. A hang-up is seen at once, since the
 * line is listened to (what is typed meanwhile is dropped), and ends the wait with an error.
 *
 * @param place$ The caller's place; completes when it is their turn.
 * @param tell Told the caller's place, at first and whenever it changes.
 */
export function wait(
  input$: Observable<unknown>,
  place$: Observable<number>,
  call: Endable,
  tell: (place: number) => void,
): Observable<never> {
  const gone$ = input$.pipe(endable(call), ignoreElements());
  const turn$ = place$.pipe(tap(tell), ignoreElements(), endWith('turn'));
  return merge(gone$, turn$).pipe(take(1), ignoreElements());
}
