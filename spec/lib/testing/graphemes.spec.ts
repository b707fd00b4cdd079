import { of } from 'rxjs';
import { createSessionManager } from '../../../lib/session-manager.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { asLetters, EVENT_LETTERS } from '../../../lib/testing/graphemes.js';
import { inVirtualTime } from '../../../lib/testing/virtual-time.js';

describe('asLetters', () => {
  it('draws the events of a board', () => {
    expect(() =>
      inVirtualTime((m) => {
        const { run } = createSessionManager({ app: (session) => session.line$, scheduler: m.scheduler });
        const ann = fakeConnection(m.cold('1s a', { a: 'ann\r' }));
        m.expectObservable(run(m.hot('-a', { a: ann })).pipe(asLetters()), '^ 11m !').toBe(
          '-o 999ms a 539999ms n 59999ms (ec)',
        );
      }),
    ).not.toThrow();
  });

  it('uses a different letter for each event', () => {
    const letters = Object.values(EVENT_LETTERS);
    expect(new Set(letters).size).toBe(letters.length);
    for (const letter of letters) expect(letter).toMatch(/^[a-z]$/);
    const heard: string[] = [];
    of({ type: 'connectionRefused', address: '192.0.2.1', reason: 'full' } as const)
      .pipe(asLetters())
      .subscribe((letter) => heard.push(letter));
    expect(heard).toEqual(['r']);
  });
});
