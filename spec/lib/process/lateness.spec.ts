import { firstValueFrom, share, take, toArray } from 'rxjs';
import { lateness } from '../../../lib/process/lateness.js';

/** Blocks the event loop. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('lateness', () => {
  it('returns at least how long the event loop was blocked since the last call', async () => {
    const late$ = lateness().pipe(take(3), share());
    late$.pipe(take(1)).subscribe(() => setTimeout(() => block(400), 50));
    const [, held, free] = await firstValueFrom(late$.pipe(toArray()));

    expect(held).toBeGreaterThan(350);
    expect(free).toBeLessThan(held as number);
  });
});
