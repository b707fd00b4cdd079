import type { Observable, OperatorFunction, Subscriber } from 'rxjs';
import { follow, Stage, staged } from './stage.js';

/**
 * Runs what each value leads to, all at once, and emits what they emit: `mergeMap` without a limit, for ten thousand of them.
 * There each takes 700 bytes beside itself, and has to be looked for among all others when it is done.
 */
export function sideBySide<T, R>(project: (value: T) => Observable<R>): OperatorFunction<T, R> {
  return staged((below) => new Source(below, project));
}

class Source<T, R> extends Stage<T, R> {
  readonly #project: (value: T) => Observable<R>;
  readonly #running: Running<T, R>[] = [];
  #isOver = false;

  constructor(below: Subscriber<R>, project: (value: T) => Observable<R>) {
    super(below);
    this.#project = project;
  }

  /** One more is done; the last takes its place in the list. */
  done(one: Running<T, R>): void {
    const moved = this.#running.pop();
    if (moved && moved !== one) {
      this.#running[one.place] = moved;
      moved.place = one.place;
    }
    this.#completeIfOver();
  }

  protected override _next(value: T): void {
    const one = new Running(this.below, this, this.#running.length);
    this.#running.push(one);
    follow(() => this.#project(value), one);
  }
  protected override _complete(): void {
    this.#isOver = true;
    // The source is left; what runs goes on.
    super.unsubscribe();
    this.#completeIfOver();
  }
  override unsubscribe(): void {
    super.unsubscribe();
    for (const one of this.#running.splice(0)) one.unsubscribe();
  }

  #completeIfOver(): void {
    if (this.#isOver && this.#running.length === 0) this.below.complete();
  }
}

class Running<T, R> extends Stage<R> {
  place: number;
  readonly #source: Source<T, R>;

  constructor(below: Subscriber<R>, source: Source<T, R>, place: number) {
    super(below);
    this.#source = source;
    this.place = place;
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.#source.done(this);
  }
}
