import { defer, type Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import { Stage, staged } from './stage.js';

/**
 * Goes on, at the first value, with what that leads to; the source is left before, so that nothing of it is kept. Completes
 * with what it leads to, or with a source that had no value.
 */
export function andThen<T, R>(project: (value: T) => Observable<R>): OperatorFunction<T, R> {
  return staged((below) => new Leading(below, project));
}

class Leading<T, R> extends Stage<T, R> {
  readonly #project: (value: T) => Observable<R>;

  constructor(below: Subscriber<R>, project: (value: T) => Observable<R>) {
    super(below);
    this.#project = project;
  }

  protected override _next(value: T): void {
    this.unsubscribe();
    defer(() => this.#project(value)).subscribe(this.below);
  }
}
