import { EMPTY } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { callerChannel, type Message, pages, rendered, visit } from '../../../lib/lobby/chat.js';
import { roomChannel } from '../../../lib/lobby/rooms.js';
import { embeddedBus } from '../../../streams/bus.js';
import type { Bus, Presence, Services, Session, Terminal, Visitor } from '../../../streams/types.js';
import { someone } from '../../support/lobby.js';

const PLAIN: Terminal = { columns: 80, rows: 24, echo: true, type: 'dumb', encoding: 'utf-8' };
const COLOURS: Terminal = { ...PLAIN, type: 'xterm' };

const ann: Visitor = { session: 1, handle: 'ann' };
const bob: Visitor = { session: 2, handle: 'bob' };

const said = (from: Visitor, text: string): Message => ({ kind: 'said', from, text });
const presence = (type: Presence['type'], visitor: Visitor): Presence => ({
  type,
  channel: 'room x',
  visitor,
});

/** Ann's session, and what she is told. */
function annsSession(terminal: Terminal = PLAIN) {
  const told: string[] = [];
  const session = { ...someone(1, 'ann'), terminal, notify: (text: string) => told.push(text) };
  return { session: session as unknown as Session, told };
}

const on = (bus: Partial<Bus>) => ({ bus: { present: () => new Map(), ...bus } }) as unknown as Services;

describe('visit', () => {
  it(
    'listens to a room, and is in it, for as long as it is subscribed to; emits nothing',
    marbles((m) => {
      const message$ = m.hot(' -a---', { a: said(bob, 'hello') });
      const presence$ = m.hot('--a--', { a: presence('left', bob) });
      const entered$ = m.cold('-');
      const services = on({
        channel$: (name) => (name === 'room garden' ? message$ : EMPTY),
        presence$: (name) => (name === 'room garden' ? presence$ : EMPTY),
        enter: (name, visitor) =>
          name === 'room garden' && visitor.session === 1 ? (entered$ as never) : EMPTY,
      });
      const { session, told } = annsSession();

      m.expect(visit(session, services, 'garden'), '^--!').toBeObservable('----');
      for (const listened of [message$, presence$, entered$]) {
        m.expect(listened).toHaveSubscriptions('            ^--!');
      }
      m.flush();
      expect(told).toEqual(['bob: hello', 'bob left.']);
    }),
  );

  it(
    'hands on an error of the bus, and leaves the room',
    marbles((m) => {
      const message$ = m.cold(' --#');
      const entered$ = m.cold('----');
      const services = on({
        channel$: () => message$,
        presence$: () => EMPTY,
        enter: () => entered$ as never,
      });
      m.expect(visit(annsSession().session, services, 'garden')).toBeObservable('--#');
      m.expect(entered$).toHaveSubscriptions('^-!');
    }),
  );

  it('shows what others say and do, in their order, and nothing of what the caller does', () => {
    const bus = embeddedBus();
    const { session, told } = annsSession();
    visit(session, { bus } as Services, 'lobby').subscribe();
    const publish = (message: Message) => bus.publish(roomChannel('lobby'), message);

    publish(said(bob, 'one'));
    publish(said(ann, 'two'));
    publish({ kind: 'did', from: bob, text: 'waves' });
    publish(said(bob, 'three'));
    bus.publish(roomChannel('garden'), said(bob, 'elsewhere'));

    expect(told).toEqual(['bob: one', '* bob waves', 'bob: three']);
  });

  it('tells who comes and goes; not the caller about themselves', () => {
    const bus = embeddedBus();
    const { session, told } = annsSession();
    const running = visit(session, { bus } as Services, 'lobby').subscribe();
    const there = bus.enter(roomChannel('lobby'), bob).subscribe();
    bus.enter(roomChannel('garden'), { session: 3, handle: 'eve' }).subscribe();
    there.unsubscribe();
    running.unsubscribe();
    bus.enter(roomChannel('lobby'), bob).subscribe();

    expect(told).toEqual(['bob came in.', 'bob left.']);
  });

  it('tells nobody who comes and goes where there are more than fifty', () => {
    const bus = embeddedBus();
    const others = Array.from({ length: 48 }, (_, index) =>
      bus.enter(roomChannel('lobby'), { session: index + 10, handle: `caller${index}` }).subscribe(),
    );
    const { session, told } = annsSession();
    visit(session, { bus } as Services, 'lobby').subscribe();

    const fiftieth = bus.enter(roomChannel('lobby'), bob).subscribe();
    const more = bus.enter(roomChannel('lobby'), { session: 3, handle: 'eve' }).subscribe();
    expect(told).toEqual(['bob came in.']);
    more.unsubscribe();
    fiftieth.unsubscribe();
    others[0]?.unsubscribe();
    expect(told).toEqual(['bob came in.', 'eve left.', 'bob left.', 'caller0 left.']);
  });
});

describe('pages', () => {
  it(
    'listens for what is meant for the caller, for as long as it is subscribed to; emits nothing',
    marbles((m) => {
      const page$ = m.hot('-a--', { a: { kind: 'paged', from: bob, text: 'are you there?' } });
      const services = on({ channel$: (name) => (name === callerChannel(1) ? page$ : EMPTY) });
      const { session, told } = annsSession();

      m.expect(pages(session, services), '^--!').toBeObservable('---');
      m.expect(page$).toHaveSubscriptions('^--!');
      m.flush();
      expect(told).toEqual(['\x07-> bob pages you: are you there?']);
    }),
  );

  it('rings at one caller only', () => {
    const bus = embeddedBus();
    const { session, told } = annsSession();
    pages(session, { bus } as Services).subscribe();
    bus.publish(callerChannel(2), { kind: 'paged', from: ann, text: 'hello' });
    expect(told).toEqual([]);
  });
});

describe('rendered', () => {
  it('has colours where the terminal has any', () => {
    expect(rendered(said(bob, 'hello'), PLAIN)).toBe('bob: hello');
    expect(rendered(said(bob, 'hello'), COLOURS)).toBe('\x1b[1;36mbob\x1b[0m: hello');
    expect(rendered({ kind: 'did', from: bob, text: 'waves' }, COLOURS)).toBe('* \x1b[1;36mbob\x1b[0m waves');
    expect(rendered({ kind: 'paged', from: bob, text: 'hello' }, COLOURS)).toBe(
      '\x1b[1;33m->\x1b[0m \x1b[1;36mbob\x1b[0m pages you: hello',
    );
  });

  it('is broken to fit each window', () => {
    const message = said(bob, 'one two three');
    expect(rendered(message, { ...PLAIN, columns: 10 })).toBe('bob: one\ntwo three');
    expect(rendered(message, { ...PLAIN, columns: 12 })).toBe('bob: one two\nthree');
    expect(rendered(message, PLAIN)).toBe('bob: one two three');
  });

  it('is made once for all terminals that are alike', () => {
    let looked = 0;
    const counting: Message = {
      kind: 'said',
      from: bob,
      get text() {
        looked += 1;
        return 'hello';
      },
    };
    for (let caller = 0; caller < 1000; caller += 1) {
      rendered(counting, PLAIN);
      rendered(counting, COLOURS);
      rendered(counting, { ...PLAIN, columns: 40, rows: caller });
    }
    expect(looked).toBe(3);
  });
});
