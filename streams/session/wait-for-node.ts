import { endWith, ignoreElements, merge, type Observable, take, tap } from 'rxjs';
import { type Terminable, terminable } from './terminable.js';

/**
 * Waits until the caller has a node, then completes. Reads the connection meanwhile: a hang-up ends the wait with
 * an error, and input is dropped.
 *
 * @param position$ The position in the waiting room; completes when it is the caller's turn.
 * @param tell Called with the position, at first and at each change.
 */
export function waitForNode(
  input$: Observable<unknown>,
  position$: Observable<number>,
  call: Terminable,
  tell: (position: number) => void,
): Observable<never> {
  const gone$ = input$.pipe(terminable(call), ignoreElements());
  const turn$ = position$.pipe(tap(tell), ignoreElements(), endWith('turn'));
  return merge(gone$, turn$).pipe(take(1), ignoreElements());
}
