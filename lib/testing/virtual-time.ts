import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { assertSame } from './assert-same.js';

/** The tools of a marble test. The context of `rxjs-marbles` has them too. */
export interface Marbles {
  /** Emits what the diagram says in virtual time, with or without subscribers. */
  hot<T = string>(marbles: string, values?: { [marble: string]: T }): Observable<T>;
  /** The virtual clock. */
  readonly scheduler: TestScheduler;
}

/** RxJS's helpers for marble tests, and their virtual clock. */
export type VirtualTime = Marbles & Parameters<Parameters<TestScheduler['run']>[0]>[0];

/**
 * Runs a test in virtual time: ten minutes pass in a millisecond. Diagrams are RxJS's (`-` is a millisecond,
 * and so is each letter; `10m` is ten minutes). Expectations are checked when `test` returns.
 *
 * @throws An `AssertionError` if an expectation isn't met. Every test runner understands it.
 * @example
 * ```ts
 * import { fakeServices, fakeSession, inVirtualTime } from 'impulse-bbs/testing';
 * import type { App } from 'impulse-bbs';
 * import { map } from 'rxjs';
 *
 * const echo: App = (session) => session.line$.pipe(map((line) => `${line}!\n`));
 *
 * inVirtualTime((m) => {
 *   const session = fakeSession(m, { line$: '-a 10m b|', lines: { a: 'hello', b: 'still here' } });
 *   m.expectObservable(echo(session, fakeServices(m))).toBe('-a 10m b|', { a: 'hello!\n', b: 'still here!\n' });
 * });
 * ```
 */
export function inVirtualTime<T>(test: (m: VirtualTime) => T): T {
  const scheduler = new TestScheduler(assertSame);
  return scheduler.run((helpers) => test({ ...helpers, scheduler }));
}
