import fc from 'fast-check';
import { EMPTY } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { callerChannel, inRoom, type Message, pages, rendered } from '../../../../lib/apps/lobby/chat.js';
import { roomChannel } from '../../../../lib/apps/lobby/rooms.js';
import type { Visit } from '../../../../lib/apps/lobby/visit.js';
import { fakeConnection } from '../../../../lib/testing/fake-connection.js';
import { width } from '../../../../lib/text/width.js';
import { embeddedBus } from '../../../../streams/events/bus.js';
import type { Bus, Presence, Services, Visitor } from '../../../../streams/types/app.js';
import type { Terminal } from '../../../../streams/types/connection.js';
import type { Session } from '../../../../streams/types/session.js';
import { holds } from '../../../support/holds.js';
import { someone, visitOf } from '../../../support/lobby.js';

const PLAIN: Terminal = fakeConnection(EMPTY, { echo: true, type: 'dumb' }).terminal;
const COLOURS: Terminal = { ...PLAIN, colours: true };

const ann: Visitor = { callId: 'fake-1', handle: 'ann' };
const bob: Visitor = { callId: 'fake-2', handle: 'bob' };

const said = (from: Visitor, text: string): Message => ({ kind: 'said', from, text });
const presence = (type: Presence['type'], visitor: Visitor): Presence => ({
  type,
  channel: 'room x',
  visitor,
});

/** Ann's visit on a board with these services, and the notices to her. */
function annsVisit(services: Services) {
  const told: string[] = [];
  const clientTold: unknown[] = [];
  const session = {
    ...someone(1, 'ann'),
    terminal: PLAIN,
    notify: (text: string) => told.push(text),
    gmcp: (...message: unknown[]) => clientTold.push(message),
  };
  const visit: Visit = {
    ...visitOf(someone(1, 'ann'), services),
    session: session as unknown as Session,
  };
  return { visit, told, clientTold };
}

/** Services with this bus and this clock. */
const on = (bus: Partial<Bus>, now = () => 0) =>
  ({ bus: { present: () => new Map(), ...bus }, scheduler: { now } }) as unknown as Services;

describe('inRoom', () => {
  it(
    'listens to a room and is present in it while subscribed; emits nothing',
    marbles((m) => {
      const message$ = m.hot(' -a---', { a: said(bob, 'hello') });
      const presence$ = m.hot('--a--', { a: presence('left', bob) });
      const entered$ = m.cold('-');
      const services = on({
        channel$: (name) => (name === 'room garden' ? message$ : EMPTY),
        presence$: (name) => (name === 'room garden' ? presence$ : EMPTY),
        enter: (name, visitor) =>
          name === 'room garden' && visitor.callId === 'fake-1' ? (entered$ as never) : EMPTY,
      });
      const { visit, told } = annsVisit(services);

      m.expect(inRoom(visit, 'garden'), '^--!').toBeObservable('----');
      for (const listened of [message$, presence$, entered$]) {
        m.expect(listened).toHaveSubscriptions('            ^--!');
      }
      m.flush();
      expect(told).toEqual(['bob: hello', 'bob left.']);
    }),
  );

  it(
    'passes on an error of the bus, and leaves the room',
    marbles((m) => {
      const message$ = m.cold(' --#');
      const entered$ = m.cold('----');
      const services = on({
        channel$: () => message$,
        presence$: () => EMPTY,
        enter: () => entered$ as never,
      });
      m.expect(inRoom(annsVisit(services).visit, 'garden')).toBeObservable('--#');
      m.expect(entered$).toHaveSubscriptions('^-!');
    }),
  );

  it("shows what others say and do, in order, and not the caller's own messages", () => {
    const bus = embeddedBus();
    const { visit, told } = annsVisit(on(bus));
    inRoom(visit, 'lobby').subscribe();
    const publish = (message: Message) => bus.publish(roomChannel('lobby'), message);

    publish(said(bob, 'one'));
    publish(said(ann, 'two'));
    publish({ kind: 'did', from: bob, text: 'waves' });
    publish(said(bob, 'three'));
    bus.publish(roomChannel('garden'), said(bob, 'elsewhere'));

    expect(told).toEqual(['bob: one', '* bob waves', 'bob: three']);
  });

  it("tells the caller's client what is said, by GMCP, but nothing from ignored callers", () => {
    const bus = embeddedBus();
    const { visit, clientTold } = annsVisit(on(bus));
    visit.ignored.set(1, new Set(['eve']));
    inRoom(visit, 'lobby').subscribe();
    const eve: Visitor = { callId: 'fake-3', handle: 'eve' };
    for (const message of [said(bob, 'hello'), { ...said(bob, 'waves'), kind: 'did' }, said(eve, 'psst')])
      bus.publish(roomChannel('lobby'), message);
    expect(clientTold).toEqual([
      ['Comm.Channel.Text', { channel: 'lobby', talker: 'bob', text: 'hello' }],
      ['Comm.Channel.Text', { channel: 'lobby', talker: 'bob', text: 'bob waves' }],
    ]);
  });

  it("errors for one caller only if a message can't be shown to them", () => {
    const bus = embeddedBus();
    const failed: unknown[] = [];
    const { visit, told } = annsVisit(on(bus));
    const breaks = {
      ...visit.session,
      callId: 'fake-9',
      notify: () => failed.push('tried') && JSON.parse('{'),
    };
    inRoom({ ...visit, session: breaks as unknown as Session }, 'lobby').subscribe({
      error: ({ name }) => failed.push(name),
    });
    inRoom(visit, 'lobby').subscribe();
    bus.publish(roomChannel('lobby'), said(bob, 'hello'));
    bus.publish(roomChannel('lobby'), said(bob, 'again'));
    expect(failed).toEqual(['tried', 'SyntaxError']);
    expect(told).toEqual(['ann left.', 'bob: hello', 'bob: again']);
  });

  it('announces callers who enter and leave, except the caller', () => {
    const bus = embeddedBus();
    const { visit, told } = annsVisit(on(bus));
    const running = inRoom(visit, 'lobby').subscribe();
    const there = bus.enter(roomChannel('lobby'), bob).subscribe();
    bus.enter(roomChannel('garden'), { callId: 'fake-3', handle: 'eve' }).subscribe();
    there.unsubscribe();
    running.unsubscribe();
    bus.enter(roomChannel('lobby'), bob).subscribe();

    expect(told).toEqual(['bob came in.', 'bob left.']);
  });

  it('announces no one in a room of more than fifty', () => {
    const bus = embeddedBus();
    const others = Array.from({ length: 48 }, (_, index) =>
      bus.enter(roomChannel('lobby'), { callId: `fake-${index + 10}`, handle: `caller${index}` }).subscribe(),
    );
    const { visit, told } = annsVisit(on(bus));
    inRoom(visit, 'lobby').subscribe();

    const fiftieth = bus.enter(roomChannel('lobby'), bob).subscribe();
    const more = bus.enter(roomChannel('lobby'), { callId: 'fake-3', handle: 'eve' }).subscribe();
    expect(told).toEqual(['bob came in.']);
    more.unsubscribe();
    fiftieth.unsubscribe();
    others[0]?.unsubscribe();
    expect(told).toEqual(['bob came in.', 'bob left.', 'caller0 left.']);
  });
});

describe('pages', () => {
  it(
    "listens for the caller's private messages while subscribed; emits nothing",
    marbles((m) => {
      const page$ = m.hot('-a--', { a: { kind: 'paged', from: bob, text: 'are you there?' } });
      const services = on({ channel$: (name) => (name === callerChannel('fake-1') ? page$ : EMPTY) });
      const { visit, told } = annsVisit(services);

      m.expect(pages(visit), '^--!').toBeObservable('---');
      m.expect(page$).toHaveSubscriptions('^--!');
      m.flush();
      expect(told).toEqual(['\x07-> bob pages you: are you there?']);
    }),
  );

  it('rings at most once in ten seconds, and shows all pages', () => {
    const bus = embeddedBus();
    let now = 0;
    const { visit, told } = annsVisit(on(bus, () => now));
    pages(visit).subscribe();
    for (now of [0, 1, 9_999, 10_000, 19_999, 20_000])
      bus.publish(callerChannel('fake-1'), { kind: 'paged', from: bob, text: `at ${now}` });
    expect(told.map((text) => text.includes('\x07'))).toEqual([true, false, false, true, false, true]);
    expect(told.length).toBe(6);
  });

  it("doesn't ring for a caller who is away, and shows the message", () => {
    const bus = embeddedBus();
    const { visit, told } = annsVisit(on(bus));
    pages(visit).subscribe();
    visit.away.set(1, 'lunch');
    bus.publish(callerChannel('fake-1'), { kind: 'paged', from: bob, text: 'hello' });
    expect(told).toEqual(['-> bob pages you: hello']);
  });

  it('shows nothing from ignored callers', () => {
    const bus = embeddedBus();
    const { visit, told } = annsVisit(on(bus));
    pages(visit).subscribe();
    inRoom(visit, 'lobby').subscribe();
    visit.ignored.set(1, new Set(['bob']));
    visit.ignored.set(2, new Set(['eve']));
    for (const from of [bob, { callId: 'fake-3', handle: 'BOB' }, { callId: 'fake-4', handle: 'eve' }]) {
      bus.publish(callerChannel('fake-1'), { kind: 'paged', from, text: 'psst' });
      bus.publish(roomChannel('lobby'), { kind: 'said', from, text: 'hello' });
    }
    expect(told).toEqual(['\x07-> eve pages you: psst', 'eve: hello']);
  });

  it('rings for one caller only', () => {
    const bus = embeddedBus();
    const { visit, told } = annsVisit(on(bus));
    pages(visit).subscribe();
    bus.publish(callerChannel('fake-2'), { kind: 'paged', from: ann, text: 'hello' });
    expect(told).toEqual([]);
  });
});

describe('rendered text', () => {
  it('has links for URLs on a terminal with links, whole over several rows, and on no other', () => {
    const message = said(bob, 'see https://bbs.example/news!');
    expect(rendered(message, PLAIN)).toBe('bob: see https://bbs.example/news!');
    const linked = (text: string) => `\x1b]8;id=1;https://bbs.example/news\x1b\\${text}\x1b]8;;\x1b\\`;
    expect(rendered(message, { ...PLAIN, links: true })).toBe(
      `bob: see ${linked('https://bbs.example/news')}!`,
    );
    expect(rendered(message, { ...PLAIN, links: true, columns: 16 })).toBe(
      `bob: see\n  ${linked('https://bbs.ex')}\n  ${linked('ample/news')}!`,
    );
  });

  it('uses colours if the terminal has any', () => {
    expect(rendered(said(bob, 'hello'), PLAIN)).toBe('bob: hello');
    expect(rendered(said(bob, 'hello'), COLOURS)).toBe('\x1b[1;36mbob\x1b[0m: hello');
    expect(rendered({ kind: 'did', from: bob, text: 'waves' }, COLOURS)).toBe('* \x1b[1;36mbob\x1b[0m waves');
    expect(rendered({ kind: 'paged', from: bob, text: 'hello' }, COLOURS)).toBe(
      '\x1b[1;33m-> \x1b[0m\x1b[1;36mbob\x1b[0m pages you: hello',
    );
  });

  it('is wrapped to each window, with all rows but the first indented', () => {
    const message = said(bob, 'one two three');
    expect(rendered(message, { ...PLAIN, columns: 10 })).toBe('bob: one\n  two\n  three');
    expect(rendered(message, { ...PLAIN, columns: 12 })).toBe('bob: one two\n  three');
    expect(rendered(message, PLAIN)).toBe('bob: one two three');
    expect(rendered(message, { ...COLOURS, columns: 12 })).toBe('\x1b[1;36mbob\x1b[0m: one two\n  three');
  });

  it("has no row that begins with the sender's text, whatever its letters", () => {
    const parts = fc.constantFrom('ann:', ' ', '  ', 'x', 'long'.repeat(5), '漢', '👩‍👩‍👧', 'e\u0301', '* ');
    const kinds = fc.constantFrom('said', 'did', 'paged');
    holds(
      fc.property(
        kinds,
        fc.array(parts, { maxLength: 80 }),
        fc.integer({ min: 4, max: 250 }),
        (kind, text, columns) => {
          const lines = rendered({ kind, from: bob, text: text.join('') }, { ...PLAIN, columns }).split('\n');
          if (lines.slice(1).some((line) => /^ {0,1}\S/.test(line))) throw new Error(lines.join('\n'));
          if (lines.some((line) => width(line) > columns)) throw new Error(lines.join('\n'));
        },
      ),
    );
  });

  it("doesn't colour a name that is too long for a row", () => {
    const from = { callId: 'fake-2', handle: 'Ann of Green Gables' };
    expect(rendered(said(from, 'hi'), { ...COLOURS, columns: 12 })).toBe('Ann of Green\n  Gables: hi');
  });

  it('is laid out for a few widths only, for any number of callers', () => {
    const text = 'one two three four five six seven eight nine ten '.repeat(20);
    const message = said(bob, text);
    const looks = new Set<string>();
    for (let columns = 24; columns <= 10_000; columns += 1)
      looks.add(rendered(message, { ...PLAIN, columns }));
    expect(looks.size).toBe(23);
  });

  it('is cached for all terminals of the same kind', () => {
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
