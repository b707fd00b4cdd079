import type { MonoTypeOperatorFunction } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';

/** Specs of an operator that passes its source on unchanged. */
export function passesOn(operator: () => MonoTypeOperatorFunction<string>): void {
  for (const [name, diagram] of Object.entries({
    never: '-----',
    empty: '--|',
    one: '--a--|',
    many: '-a-b-(cd)-|',
    'an error': '-a-#',
  })) {
    it(
      `passes on ${name}`,
      marbles((m) => {
        const source = m.cold(diagram);
        m.expect(source.pipe(operator())).toBeObservable(diagram);
      }),
    );
  }
}
