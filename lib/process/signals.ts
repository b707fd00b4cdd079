import { fromEvent, map, merge, type Observable } from 'rxjs';

/**
 * The signals the process gets, for as long as it is subscribed to. The handlers stay in place whatever number of
 * them comes, so that a second one never meets the default action, which is the end. Never completes.
 */
export function signals(
  names: readonly NodeJS.Signals[],
  source: NodeJS.EventEmitter = process,
): Observable<NodeJS.Signals> {
  return merge(...names.map((name) => fromEvent(source, name).pipe(map(() => name))));
}
