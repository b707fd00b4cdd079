import { bufferCount, concat, map, merge, mergeMap, of, timer } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { menu, quit } from '../../../lib/apps/menu.js';
import { fakeServices, fakeSession } from '../../../lib/testing/fake-session.js';
import { inVirtualTime } from '../../../lib/testing/virtual-time.js';
import type { App } from '../../../streams/types/app.js';

const echo: App = (session) => session.line$.pipe(map((line) => `${line}!\n`));

/** Marble expectations throw, but jasmine wants an expectation of its own. */
const holds = (test: Parameters<typeof inVirtualTime>[0]) => expect(() => inVirtualTime(test)).not.toThrow();

describe('fakeSession', () => {
  it('enters lines as drawn, and hangs up at the end', () => {
    holds((m) => {
      const session = fakeSession(m, { line$: '-a 10m b|', lines: { a: 'hello', b: 'still here' } });
      m.expectObservable(echo(session, fakeServices(m))).toBe('-a 10m b|', {
        a: 'hello!\n',
        b: 'still here!\n',
      });
    });
  });

  it('uses the letters of the diagram as lines if no lines are given', () => {
    holds((m) => {
      const session = fakeSession(m, { line$: '--x---q', user: { handle: 'bob' } });
      m.expectObservable(menu({ q: quit }, '? ')(session, fakeServices(m))).toBe('p-(np)|', {
        p: '? ',
        n: 'That is not in the menu.\n',
      });
    });
  });

  it(
    'runs in the virtual time of rxjs-marbles too',
    marbles((m) => {
      const session = fakeSession(m, { line$: '-a--b-|' });
      m.expect(echo(session, fakeServices(m))).toBeObservable('-a--b-|', { a: 'a!\n', b: 'b!\n' });
    }),
  );

  it('keeps typed-ahead lines for an app that answers one at a time', () => {
    holds((m) => {
      const session = fakeSession(m, { line$: 'abc' });
      const slow$ = session.eachLine((line) => timer(5).pipe(map(() => line)));
      m.expectObservable(slow$, '^ 20ms !').toBe('-----a----b----c');
    });
  });

  it('presses keys', () => {
    holds((m) => {
      const session = fakeSession(m, { key$: '-a-u-|', keys: { a: 'a', u: 'up' } });
      m.expectObservable(session.key$).toBe('-a-u-|', { a: 'a', u: 'up' });
    });
  });

  it('sends bytes, and overwrites those that an app keeps', () => {
    const text = map((bytes: Uint8Array) => Buffer.from(bytes).toString());
    holds((m) => {
      const session = fakeSession(m, { byte$: '-a-b-|' });
      m.expectObservable(session.byte$.pipe(text)).toBe('-a-b-|');
      const kept$ = session.byte$.pipe(
        bufferCount(2),
        map((chunks) => chunks.map(([byte]) => byte)),
      );
      m.expectObservable(kept$).toBe('---k-|', { k: [0, 98] });
    });
    holds((m) => {
      const session = fakeSession(m, { byte$: '-f|', bytes: { f: Uint8Array.of(0xc3, 0xa9) } });
      m.expectObservable(session.byte$.pipe(text)).toBe('-f|', { f: 'é' });
    });
  });

  it('keeps lines typed ahead for bytes, in the encoding of the terminal', () => {
    holds((m) => {
      const session = fakeSession(m, {
        line$: 'a',
        lines: { a: 'é' },
        byte$: '--b',
        terminal: { encoding: 'cp437' },
      });
      const byte$ = timer(1).pipe(
        mergeMap(() => session.byte$),
        map((bytes) => [...bytes]),
      );
      m.expectObservable(byte$, '^---!').toBe('-ab', { a: [0x82, 13], b: [98] });
    });
  });

  it('asks, and collects all output to the caller', () => {
    const output = inVirtualTime((m) => {
      const session = fakeSession(m, { line$: '-a', lines: { a: 'Paris' } });
      const talk$ = concat(session.ask('Where? '), of('Fine.\n'));
      talk$.subscribe((text) => session.write(text));
      m.flush();
      return session.output;
    });
    expect(output).toBe('Where? ParisFine.\n');
  });

  it('has the given id, node, address, user and terminal', () => {
    inVirtualTime((m) => {
      const session = fakeSession(m, {
        id: 7,
        node: 3,
        address: '203.0.113.9',
        user: { handle: 'bob' },
        terminal: { columns: 40, type: 'dumb' },
      });
      expect([session.id, session.node, session.address, session.user]).toEqual([
        7,
        3,
        '203.0.113.9',
        { handle: 'bob' },
      ]);
      expect(session.terminal).toEqual({
        columns: 40,
        rows: 24,
        echo: true,
        type: 'dumb',
        encoding: 'utf-8',
        colours: false,
        cursor: false,
        screenReader: false,
        links: false,
        pcKeys: false,
      });
      expect(fakeSession(m).user).toEqual({ handle: 'ann', guest: true });
      expect(session.state).toBe('active');
    });
  });
});

describe('fakeServices', () => {
  it('contain each of several sessions without explicit ids', () => {
    holds((m) => {
      const [ann, bob] = [fakeSession(m), fakeSession(m)];
      expect(fakeServices(m, [ann, bob]).sessions.size).toBe(2);
      expect([ann, bob].map(({ id, node }) => [id, node])).toEqual([
        [1, 1],
        [2, 2],
      ]);
    });
    holds((m) => expect(fakeSession(m).id).toBe(1));
  });

  it('consist of a bus, virtual time and the sessions on line', () => {
    holds((m) => {
      const [ann, bob] = [fakeSession(m), fakeSession(m, { id: 2, user: { handle: 'bob' } })];
      const services = fakeServices(m, [ann, bob]);
      expect([...services.sessions.values()].map(({ user }) => user?.handle)).toEqual(['ann', 'bob']);
      m.cold('--x').subscribe(() => services.bus.publish('room', services.scheduler.now()));
      m.expectObservable(merge(services.bus.channel$('room'))).toBe('--x', { x: 2 });
    });
  });
});
