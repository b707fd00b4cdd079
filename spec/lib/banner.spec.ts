import { NEVER, of } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { BANNER, greeted } from '../../lib/banner.js';
import type { Services, Session } from '../../streams/types.js';

describe('greeted', () => {
  it(
    'shows the banner, then goes on to who is calling',
    marbles((m) => {
      const written: string[] = [];
      const session = { write: (text: string) => written.push(text) } as unknown as Session;
      const authenticate = greeted('Welcome\n', () => {
        written.push('asked');
        return of({ handle: 'ann' });
      });

      const user$ = authenticate(session, {} as Services);
      expect(written).toEqual([]);

      m.expect(user$).toBeObservable('(a|)', { a: { handle: 'ann' } });
      m.flush();
      expect(written).toEqual(['Welcome\n', 'asked']);
    }),
  );

  it('passes on the session and the services', () => {
    const session = { write: () => {} } as unknown as Session;
    const services = {} as Services;
    const authenticate = jasmine.createSpy().and.returnValue(NEVER);

    greeted('', authenticate)(session, services).subscribe().unsubscribe();

    expect(authenticate).toHaveBeenCalledOnceWith(session, services);
  });
});

describe('the built-in banner', () => {
  it('is plain text of 80 columns at most', () => {
    expect(BANNER).toMatch(/^[\n\x20-\x7e]+$/);
    for (const line of BANNER.split('\n')) expect(line.length).toBeLessThan(80);
  });
});
