import { EMPTY, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { fakeConnection } from '../../../lib/testing/fake-connection.js';
import { isRefused, refused } from '../../../streams/admission/refused.js';
import { containConnection } from '../../../streams/session/contain-connection.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import type { Connection } from '../../../streams/types/connection.js';
import { SessionEnd } from '../../../streams/types/session-end.js';

const bug = new Error('a bug of the transport');
const breaks = (): never => {
  throw bug;
};

/** A connection whose input is read, with these members of another transport. */
function contained(theirs: object = {}, input$: Observable<string> = NEVER) {
  const fake = fakeConnection(input$);
  const given = Object.defineProperties(Object.create(fake), Object.getOwnPropertyDescriptors(theirs));
  const told: unknown[] = [];
  const attempt = containConnection(given as Connection, (error) => told.push(error));
  const connection = isRefused(attempt) ? attempt.connection : attempt;
  return { fake, told, attempt, connection };
}

/** What an Observable emits: bytes as text, an error by its reason and cause. */
function heardOf(source$: Observable<unknown>): string[] {
  const heard: string[] = [];
  source$.subscribe({
    next: (value) => heard.push(value instanceof Uint8Array ? Buffer.from(value).toString() : 'a terminal'),
    error: (error) => heard.push(`${error.reason}: ${error.cause ?? ''}`),
    complete: () => heard.push('|'),
  });
  return heard;
}

const BROKEN = `connection-error: ${bug}`;

describe('containConnection', () => {
  it("refuses in the transport's own way if it has one, and contains what that throws", () => {
    const said: unknown[] = [];
    contained({ refuse: (...about: unknown[]) => said.push(about) }).connection.refuse?.('Busy.', 'full', 5);
    expect(said).toEqual([['Busy.', 'full', 5]]);
    expect(contained().connection.refuse).toBeUndefined();
    const { connection, told } = contained({ refuse: breaks });
    connection.refuse?.('Busy.', 'full', undefined);
    expect(told).toEqual([bug]);
    expect(connection.refuse).toBeUndefined();
  });

  it('carries the credentials of its caller, and nothing once it has failed', () => {
    const ann = { name: 'ann', proof: { method: 'none' }, accept: () => EMPTY, reject() {} } as const;
    const offered: unknown[] = [];
    contained({ credentials$: of(ann) }).connection.credentials$?.subscribe((each) => offered.push(each));
    expect(offered).toEqual([ann]);
    expect(contained().connection.credentials$).toBeUndefined();
    const { connection, told } = contained({ credentials$: throwError(() => bug), gmcp$: NEVER });
    connection.credentials$?.subscribe();
    expect(told).toEqual([bug]);
    expect([connection.credentials$, connection.gmcp$]).toEqual([undefined, undefined]);
  });

  it('names the transport, and carries its GMCP messages', () => {
    const sent: string[] = [];
    const theirs = {
      transport: 'pigeon',
      hasGmcp: true,
      gmcp$: of({ name: 'Core.Hello', value: 1 }),
      sendGmcp: (text: string) => sent.push(text),
    };
    const { connection } = contained(theirs);
    const heard: unknown[] = [];
    connection.gmcp$?.subscribe((message) => heard.push(message));
    connection.sendGmcp?.('Core.Goodbye');
    expect([connection.transport, connection.hasGmcp]).toEqual(['pigeon', true]);
    expect(heard).toEqual([{ name: 'Core.Hello', value: 1 }]);
    expect(sent).toEqual(['Core.Goodbye']);
    const broken = contained({ hasGmcp: true, sendGmcp: breaks, gmcp$: throwError(() => bug), transport: 7 });
    expect(broken.connection.transport).toBeUndefined();
    broken.connection.gmcp$?.subscribe();
    expect(broken.told).toEqual([bug]);
    expect(broken.connection.hasGmcp).toBeFalse();
    expect(contained().connection.gmcp$).toBeUndefined();
  });

  it('behaves like the connection it wraps', () => {
    const typed = new Subject<string>();
    const { fake, connection, told } = contained({}, typed);
    const [input, closed, drained] = [connection.input$, connection.closed$, connection.drained$].map(
      heardOf,
    );
    const terminal = heardOf(connection.terminal$);
    typed.next('abc');
    connection.write('hello');
    connection.setEncoding('cp437');
    connection.setEcho(true);
    connection.probe();
    connection.pause();
    connection.resume();

    expect([input, closed, drained, terminal]).toEqual([['abc'], [], ['|'], ['a terminal', '|']]);
    expect(connection.address).toBe(fake.address);
    expect(connection.terminal).toEqual(
      jasmine.objectContaining({ columns: 80, echo: true, encoding: 'cp437' }),
    );
    expect([connection.bytesIn, connection.bytesOut, connection.backlog, connection.answers]).toEqual([
      3,
      5,
      0,
      false,
    ]);
    connection.close();
    expect(closed).toEqual(['|']);
    expect(fake.calls).toEqual(['probe', 'pause', 'resume', 'close']);
    expect(fake.screen).toBe('hello');
    expect(told).toEqual([]);
  });

  it("passes on the transport's end, and a hang-up", () => {
    const lost$ = throwError(() => new SessionEnd('lost'));
    expect(heardOf(contained({ input$: lost$ }).connection.input$)).toEqual(['lost: ']);
    expect(heardOf(contained({}, EMPTY).connection.input$)).toEqual(['|']);
  });

  for (const [name, act] of Object.entries({
    write: (connection) => connection.write('words'),
    echo: (connection) => connection.echo('words'),
    hideTyping: (connection) => connection.hideTyping(),
    showTyping: (connection) => connection.showTyping(),
    putBack: (connection) => connection.putBack(new Uint8Array(1)),
    setEncoding: (connection) => connection.setEncoding('cp437'),
    setEcho: (connection) => connection.setEcho(true),
    probe: (connection) => connection.probe(),
    pause: (connection) => connection.pause(),
    resume: (connection) => connection.resume(),
    close: (connection) => connection.close(),
    destroy: (connection) => connection.destroy(),
  } satisfies Record<string, (connection: Connection) => void>)) {
    it(`ends as connection-error when ${name} throws, and is gone`, () => {
      const { connection, fake, told } = contained({ [name]: breaks });
      const [input, closed] = [connection.input$, connection.closed$].map(heardOf);
      expect(() => act(connection)).not.toThrow();
      expect(input).toEqual([BROKEN]);
      expect(closed).toEqual(['|']);
      expect(told).toEqual([]);
      if (name !== 'destroy') expect(fake.calls).toEqual(['destroy']);

      expect(() => act(connection)).not.toThrow();
      expect(heardOf(connection.input$)).toEqual([BROKEN]);
      expect(heardOf(connection.terminal$)).toEqual(['|']);
      expect(heardOf(connection.drained$)).toEqual(['|']);
      expect(connection.terminal.columns).toBe(80);
      expect(connection.answers).toBe(false);
    });
  }

  it("ends as connection-error when the notifier can't be set", () => {
    const { connection } = contained({
      set notifier(_: unknown) {
        breaks();
      },
    });
    const input = heardOf(connection.input$);
    connection.notifier = { notify: fail };
    expect(input).toEqual([BROKEN]);
    expect(connection.notifier).toBeUndefined();
  });

  for (const name of ['bytesIn', 'bytesOut', 'backlog', 'answers'] as const)
    it(`ends as connection-error when ${name} throws`, () => {
      const { connection } = contained(Object.defineProperty({}, name, { get: breaks, enumerable: true }));
      const input = heardOf(connection.input$);
      expect([0, false] as unknown[]).toContain(connection[name]);
      expect(input).toEqual([BROKEN]);
    });

  it('ends as connection-error when its terminal throws later', () => {
    let isMended = true;
    const theirs = {
      get terminal() {
        return isMended ? { columns: 132 } : breaks();
      },
    };
    const { connection } = contained(theirs);
    expect(connection.terminal.columns).toBe(132);
    const input = heardOf(connection.input$);
    isMended = false;
    expect(connection.terminal.columns).toBe(80);
    expect(input).toEqual([BROKEN]);
  });

  for (const name of ['closed$', 'drained$', 'terminal$', 'input$'] as const)
    it(`ends as connection-error when ${name} errors`, () => {
      const theirs = new Subject<never>();
      const { connection } = contained({ [name]: theirs });
      const input = heardOf(connection.input$);
      const heard = name === 'input$' ? [] : heardOf(connection[name]);
      theirs.error(bug);
      expect(input).toEqual([BROKEN]);
      expect(heard).toEqual(name === 'input$' ? [] : ['|']);
    });

  it('ends as connection-error when it emits something other than bytes', () => {
    const { connection } = contained({ input$: of('text') });
    expect(heardOf(connection.input$)).toEqual([
      "connection-error: TransportError: a Connection's input$ emits bytes (a Uint8Array), and this one emitted a string",
    ]);
  });

  it('asks for BINARY where the transport can', () => {
    let asked = 0;
    contained({ askBinary: () => (asked += 1) }).connection.askBinary?.();
    expect(asked).toBe(1);
    const { connection } = contained({ askBinary: breaks });
    const input = heardOf(connection.input$);
    connection.askBinary?.();
    expect(input).toEqual([BROKEN]);
    expect(() => contained({}).connection.askBinary?.()).not.toThrow();
  });

  it('runs a batch once, whatever the transport does with it', () => {
    const whole = { batch: (act: () => void) => act() };
    const late = {
      batch(act: () => void) {
        act();
        breaks();
      },
    };
    for (const [theirs, ends] of [
      [{}, []],
      [whole, []],
      [{ batch: breaks }, [BROKEN]],
      [{ batch: () => {} }, []],
      [late, [BROKEN]],
    ] as const) {
      const { connection } = contained(theirs);
      const input = heardOf(connection.input$);
      let acts = 0;
      connection.batch?.(() => {
        acts += 1;
      });
      expect(acts).toBe(1);
      expect(input).toEqual([...ends]);
    }
  });

  it("counts output that couldn't be written as unsent", () => {
    const { connection } = contained({ write: breaks });
    heardOf(connection.input$);
    connection.write('words');
    expect(connection.backlog).toBe(5);
  });

  it("reports a failure when its input isn't read any more", () => {
    const { connection, told } = contained({ close: breaks });
    connection.input$.subscribe().unsubscribe();
    connection.close();
    expect(told).toEqual([bug]);
    expect(heardOf(connection.closed$)).toEqual(['|']);
  });

  it('is gone once destroyed, whatever the transport does', () => {
    const { connection } = contained({ closed$: NEVER });
    const closed = heardOf(connection.closed$);
    connection.destroy();
    expect(closed).toEqual(['|']);
  });

  for (const [what, theirs] of Object.entries({
    "address (text), and this one's is undefined": { address: undefined },
    "closed$ (an Observable), and this one's is null": { closed$: null },
    "input$ (an Observable), and this one's is an Array": { input$: [] },
    "write (a function), and this one's is undefined": { write: undefined },
    "terminal (an object), and this one's is undefined": { terminal: undefined },
  }))
    it(`is refused for its ${what}`, () => {
      const { attempt, connection, fake } = contained(theirs);
      const refusal = isRefused(attempt) ? attempt : undefined;
      expect(refusal?.reason).toBe('error');
      expect(`${refusal?.error}`).toBe(`TransportError: a Connection has ${what}`);
      expect(fake.calls).toEqual(['destroy']);
      expect(() => {
        connection.write('words');
        connection.close();
        connection.destroy();
      }).not.toThrow();
      expect(heardOf(connection.closed$)).toEqual(['|']);
    });

  it("is refused if it isn't an object", () => {
    for (const nothing of [null, undefined, 5, {}]) {
      const attempt = containConnection(nothing as unknown as ConnectionAttempt, fail);
      expect(isRefused(attempt) && attempt.reason).toBe('error');
      expect(isRefused(attempt) && attempt.connection.address).toBe('');
    }
  });

  it('stays refused, and can do no harm', () => {
    const fake = { ...fakeConnection(NEVER), write: breaks };
    const attempt = containConnection(refused(fake, 'blocked'), () => {});
    expect(isRefused(attempt) && attempt.reason).toBe('blocked');
    expect(() => isRefused(attempt) && attempt.connection.write('words')).not.toThrow();
  });

  it('unsubscribes the input when unsubscribed', () => {
    let isLeft = false;
    const input$ = new Observable<Uint8Array>(() => () => {
      isLeft = true;
    });
    contained({ input$ }).connection.input$.subscribe().unsubscribe();
    expect(isLeft).toBe(true);
  });

  it('has the members that the transport has, until its first failure', () => {
    const notifier = { notify() {} };
    const { connection: sound } = contained({ recognised$: EMPTY, write: breaks });
    sound.notifier = notifier;
    expect(sound.notifier).toBe(notifier);
    expect(sound.recognised$ && heardOf(sound.recognised$)).toEqual(['|']);
    sound.write('x');
    expect([sound.notifier, sound.recognised$]).toEqual([undefined, undefined]);
    const { connection: plain } = contained({ recognised$: undefined });
    expect(plain.recognised$).toBeUndefined();
  });

  it('has an unknown terminal when the transport has none any more', () => {
    let known: object | undefined = { columns: 40 };
    const { connection } = contained({
      get terminal() {
        return known;
      },
    });
    expect(connection.terminal.columns).toBe(40);
    known = undefined;
    expect(connection.terminal.columns).toBe(80);
  });
});
