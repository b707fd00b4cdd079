import fc from 'fast-check';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { guest, handleOf } from '../../lib/guest.js';
import type { Services, Session } from '../../streams/types.js';
import { holds } from '../support/holds.js';

describe('guest', () => {
  it(
    'asks for a handle and lets the caller in with the first good one',
    marbles((m) => {
      const line$ = m.cold('--x-a-b-', { x: '!', a: '  Ann  of   Green Gables ', b: 'bob' });
      const written: string[] = [];
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;

      m.expect(guest(session, {} as Services)).toBeObservable('----(a|)', {
        a: { handle: 'Ann of Green Gables', guest: true },
      });
      m.expect(line$).toHaveSubscriptions('^---!');
      m.flush();

      expect(written).toEqual(['Handle: ', 'Please use 2 to 20 letters, digits, spaces, or . - _\nHandle: ']);
    }),
  );

  it(
    'names nobody when the call ends first, and asks nobody before it is subscribed to',
    marbles((m) => {
      const written: string[] = [];
      const line$ = m.cold<string>('--|');
      const session = { line$, write: (text: string) => written.push(text) } as unknown as Session;
      const user$ = guest(session, {} as Services);
      expect(written).toEqual([]);

      m.expect(user$).toBeObservable('--|');
    }),
  );
});

describe('handleOf', () => {
  it('takes names of any script, 2 to 20 characters', () => {
    for (const good of ['al', 'J. R. Hacker', 'Zoë', '漢字', 'x_y-z.9', 'a'.repeat(20)])
      expect(handleOf(good)).toBe(good);
    for (const bad of [
      '',
      'a',
      ' a ',
      'a'.repeat(21),
      '-a',
      '.a',
      'a/b',
      '<b>',
      'a\u200bb',
      '\u3164\u3164',
      'a\u034fb',
    ]) {
      expect(handleOf(bad)).withContext(JSON.stringify(bad)).toBeNull();
    }
  });

  it('composes accents, so that a name is written in one way', () => {
    expect(handleOf('Zoe\u0308')).toBe('Zo\u00eb');
  });

  it("never takes what could drive another's terminal", () => {
    holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (typed) => {
        if (/[\p{C}\p{Zl}\p{Zp}]/u.test(handleOf(typed) ?? '')) throw new Error(JSON.stringify(typed));
      }),
      { numRuns: 5000 },
    );
  });
});
