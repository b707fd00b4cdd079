import fc from 'fast-check';
import { defer, finalize, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** Arbitrary marble diagrams of up to seven frames, which last, complete or error. */
export const someMarbles = (letters = 'ab'): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(fc.constantFrom('-', '-', ...letters), { maxLength: 6 }), fc.constantFrom('-', '|', '#'))
    .map(([frames, end]) => frames.join('') + end);

/**
 * Runs Observables of these diagrams through `act`, until it is unsubscribed at a frame. Returns what came out,
 * and when each source was subscribed and unsubscribed, both with their frames. For comparing an operator with its
 * stock composition.
 */
export function outcomeOf<Name extends string>(
  diagrams: Record<Name, string>,
  leavesAt: number,
  act: (
    sources: Record<Name, Observable<string>>,
    scheduler: TestScheduler,
    diary: string[],
  ) => Observable<unknown>,
): { emitted: string[]; subscriptions: string[]; diary: string[] } {
  const [emitted, subscriptions, diary]: [string[], string[], string[]] = [[], [], []];
  const scheduler = new TestScheduler(() => {});
  scheduler.run(({ cold, flush }) => {
    const stamped = (what: string) => `${scheduler.now()} ${what}`;
    const noted = (name: Name) =>
      defer(() => {
        subscriptions.push(stamped(`${name} subscribed`));
        return cold(diagrams[name]);
      }).pipe(finalize(() => subscriptions.push(stamped(`${name} unsubscribed`))));
    const names = Object.keys(diagrams) as Name[];
    const sources = Object.fromEntries(names.map((name) => [name, noted(name)])) as Record<
      Name,
      Observable<string>
    >;
    const running = act(sources, scheduler, diary).subscribe({
      next: (value) => emitted.push(stamped(`next ${JSON.stringify(value)}`)),
      error: (error) => emitted.push(stamped(`error ${String(error)}`)),
      complete: () => emitted.push(stamped('complete')),
    });
    // Between frames, so that nothing else happens at the same time.
    scheduler.schedule(() => running.unsubscribe(), leavesAt + 0.75);
    flush();
  });
  return { emitted, subscriptions, diary };
}

/** Throws, with both outcomes, unless they are the same. */
export function throwUnlessSame(is: unknown, shouldBe: unknown): void {
  const [one, other] = [JSON.stringify(is), JSON.stringify(shouldBe)];
  if (one !== other) throw new Error(`${one}\nisn't\n${other}`);
}
