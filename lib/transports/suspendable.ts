import { BehaviorSubject, catchError, finalize, NEVER, type Observable, switchMap, tap } from 'rxjs';

/** Ports that can be closed and opened again. */
export interface Suspendable<T> {
  /** The connections. Unsubscribing closes the ports. */
  readonly connection$: Observable<T>;
  /** Closes the ports. Open connections stay open. Changes nothing if they are closed. */
  suspend(): void;
  /**
   * Opens the ports again. Resolves once all listen, at once if they are open. Rejects with the error of one
   * that can't, and all stay closed; with `undefined` if the connections were unsubscribed from meanwhile.
   */
  resume(): Promise<void>;
}

/** Hears when the ports were closed and opened again. */
export interface SuspendableDelegate {
  suspended(): void;
  resumed(): void;
}

/**
 * Makes ports suspendable.
 *
 * @param first$ The connections of the open ports.
 * @param again$ Opens them again, and emits their connections. Subscribed to at each resume.
 */
export function suspendable<T>(
  first$: Observable<T>,
  again$: Observable<Observable<T>>,
  delegate: SuspendableDelegate,
): Suspendable<T> {
  const port$ = new BehaviorSubject(first$);
  let isSuspended = false;
  let resuming: Promise<void> | undefined;

  const open = () =>
    new Promise<void>((resolve, reject) => {
      const failed = (error?: unknown) => {
        resuming = undefined;
        reject(error);
      };
      const resumed$ = again$.pipe(
        tap(() => {
          isSuspended = false;
          resuming = undefined;
          resolve();
          delegate.resumed();
        }),
        catchError((error) => {
          failed(error);
          return NEVER;
        }),
        switchMap((connection$) => connection$),
        // Changes nothing if it listens already.
        finalize(failed),
      );
      port$.next(resumed$);
    });
  return {
    connection$: port$.pipe(switchMap((connection$) => connection$)),
    suspend() {
      if (isSuspended) return;
      isSuspended = true;
      port$.next(NEVER);
      delegate.suspended();
    },
    async resume() {
      if (!isSuspended) return;
      resuming ??= open();
      await resuming;
    },
  };
}
