import { stripVTControlCharacters } from 'node:util';
import { NEVER, of } from 'rxjs';
import { type Context, marbles } from 'rxjs-marbles/jasmine/index.js';
import { BANNER, PICTURE, withBanner } from '../../../lib/accounts/banner.js';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { encode } from '../../../lib/transports/telnet/encodings.js';
import type { Authenticator, Services } from '../../../streams/types/app.js';
import type { Terminal } from '../../../streams/types/connection.js';
import type { Session } from '../../../streams/types/session.js';

const terminal: Terminal = fakeConnection(NEVER, { echo: true }).terminal;
const xterm: Terminal = fakeConnection(NEVER, { echo: true, type: 'XTERM' }).terminal;
const values = {
  '?': terminal,
  x: xterm,
  d: { ...xterm, colours: false },
  m: { ...xterm, cursor: false },
  a: { ...xterm, encoding: 'ascii' },
  r: { ...xterm, screenReader: true, colours: false, cursor: false },
  e: { ...xterm, echo: false },
  n: { ...xterm, columns: 46 },
} as const;
const services = {} as Services;
const ann: Authenticator = () => of({ handle: 'ann' });
const nobody: Authenticator = () => NEVER;

/** A caller whose terminal tells of itself in this diagram. */
function caller(m: Context, terminal$: string, { typed = false } = {}) {
  const written: string[] = [];
  const told$ = m.hot(terminal$, values);
  const session = {
    openedAt: 0,
    lastInputAt: typed ? 1 : 0,
    terminal$: told$,
    write: (text: string) => written.push(text),
    notify: (text: string) => written.push(text),
  } as unknown as Session;
  return { session, told$, written };
}

describe('withBanner', () => {
  it(
    'shows the banner at once, then runs the authenticator',
    marbles((m) => {
      const { session, told$, written } = caller(m, '-');
      const authenticate = jasmine.createSpy().and.callFake(ann);
      const user$ = withBanner('Welcome\n', authenticate)(session, services);
      expect(written).toEqual([]);

      m.expect(user$).toBeObservable('(a|)', { a: { handle: 'ann' } });
      m.expect(told$).toHaveSubscriptions([]);
      m.flush();
      expect(written).toEqual(['Welcome\n']);
      expect(authenticate).toHaveBeenCalledOnceWith(session, services);
    }),
  );

  it(
    'replaces the default banner with the picture when a terminal with colours is reported',
    marbles((m) => {
      const { session, told$, written } = caller(m, '?-d-x-x');
      m.expect(withBanner(null, nobody)(session, services), '^------!').toBeObservable('-');
      m.expect(told$).toHaveSubscriptions('^---!');
      m.flush();
      const [first, second, ...more] = written;
      expect(first).toBe(BANNER);
      expect(second).toBe(`\x1b[${BANNER.match(/\n/g)?.length}A\r\x1b[J${PICTURE}`);
      expect(more).toEqual([]);
    }),
  );

  for (const [kind, terminal$] of [
    ['has no colours', 'd'],
    ['has no moves of the cursor', 'm'],
    ['has no letters to draw with', 'a'],
    ['is read aloud', 'r'],
    ['shows what is typed itself', 'e'],
    ['is too narrow', 'n'],
  ] as const)
    it(
      `leaves the plain banner on a terminal that ${kind}`,
      marbles((m) => {
        const { session, written } = caller(m, terminal$);
        m.expect(withBanner(null, nobody)(session, services), '^-!').toBeObservable('-');
        m.flush();
        expect(written).toEqual([BANNER]);
      }),
    );

  it(
    "doesn't draw over what the caller has typed",
    marbles((m) => {
      const { session, written } = caller(m, 'x', { typed: true });
      m.expect(withBanner(null, nobody)(session, services), '^-!').toBeObservable('-');
      m.flush();
      expect(written).toEqual([BANNER]);
    }),
  );

  it(
    'draws nothing after the login',
    marbles((m) => {
      const { session, told$, written } = caller(m, '-x');
      m.expect(withBanner(null, ann)(session, services)).toBeObservable('(a|)', { a: { handle: 'ann' } });
      m.expect(told$).toHaveSubscriptions('(^!)');
      m.flush();
      expect(written).toEqual([BANNER]);
    }),
  );
});

describe('the default banner', () => {
  it('is plain text of 40 columns at most', () => {
    expect(BANNER).toMatch(/^[\n\x20-\x7e]+$/);
    for (const line of BANNER.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('has a picture of at most 47 columns, with letters of CP437', () => {
    expect(Buffer.from(encode(PICTURE, 'cp437')).toString('latin1')).not.toContain('?');
    const lines = stripVTControlCharacters(PICTURE).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(47);
  });
});
