import { concat, defer, EMPTY, from, map, type Observable, of, ReplaySubject, Subject } from 'rxjs';
import type { Connection, Encoding, GmcpMessage, Output, Terminal } from '../../streams/types/connection.js';
import { clientProfile } from '../transports/telnet/client-profile.js';

/** The behaviour of a {@link fakeConnection}. By default it is a well-behaved caller at 192.0.2.1. */
export interface FakeConnectionOptions {
  /** The address of the caller. */
  readonly address?: string;
  /** The name of the transport. None by default. */
  readonly transport?: string;
  /** Whether the board echoes for this client. */
  readonly echo?: boolean;
  /** Whether the caller never reads: output stays in the backlog. */
  readonly deaf?: boolean;
  /** Whether the client answers a request for a sign of life. */
  readonly answers?: boolean;
  /** The client's name for its terminal. */
  readonly type?: string;
  /** The properties of the terminal. Defaults to 80 columns, 24 rows and UTF-8. */
  readonly terminal?: Partial<Terminal>;
  /** The client's GMCP messages. By default it has no GMCP. */
  readonly gmcp$?: Observable<GmcpMessage>;
  /** Whether the connection stays open after the board hung up. */
  readonly lingers?: boolean;
}

/** A connection without a socket. Its input is a diagram, and it records what is done to it. */
export interface FakeConnection extends Connection {
  /** All output; bytes appear as Latin-1. */
  readonly screen: string;
  /** The GMCP messages that were sent, as text. */
  readonly gmcpSent: readonly string[];
  /** The calls of `close`, `destroy`, `pause`, `resume`, `probe`, `askBinary`, `hideTyping` and `showTyping`, in order. */
  readonly calls: readonly string[];
  /** Reads all output that a deaf caller left. */
  read(): void;
}

/**
 * Creates a connection whose caller types `input$`, in UTF-8.
 *
 * @param input$ What the caller types, and when. Its completion is the hang-up.
 * @example
 * ```ts
 * import { createSessionManager } from 'impulse-bbs';
 * import { asLetters, fakeConnection, inVirtualTime } from 'impulse-bbs/testing';
 * import { of } from 'rxjs';
 *
 * inVirtualTime((m) => {
 *   const { run } = createSessionManager({ app: () => of('Hello!\n'), scheduler: m.scheduler });
 *   const ann = fakeConnection(m.cold('-a', { a: 'ann\r' }), { address: '192.0.2.7' });
 *   m.expectObservable(run(m.hot('-a', { a: ann })).pipe(asLetters()), '^ 5ms !').toBe('-o(aec)');
 * });
 * ```
 */
export function fakeConnection(
  input$: Observable<string>,
  {
    address = '192.0.2.1',
    transport,
    echo = false,
    deaf = false,
    answers = false,
    type,
    terminal: told,
    gmcp$,
    lingers = false,
  }: FakeConnectionOptions = {},
): FakeConnection {
  const closed$ = new ReplaySubject<never>();
  let drained$ = new Subject<never>();
  const { showsTyping, ...profile } = clientProfile({ names: told?.type ? [told.type] : type ? [type] : [] });
  let terminal: Terminal = { columns: 80, rows: 24, echo, ...profile, encoding: 'utf-8', ...told };
  let unread = 0;
  const calls: string[] = [];
  const gmcpSent: string[] = [];
  let screen = '';
  let bytesIn = 0;
  let closing = false;
  const held: Uint8Array[] = [];
  const typed$ = input$.pipe(
    map((text) => {
      const bytes = Buffer.from(text);
      bytesIn += bytes.length;
      return bytes;
    }),
  );
  return {
    address,
    transport,
    input$: defer(() => (held.length === 0 ? typed$ : concat(from(held.splice(0)), typed$))),
    terminal$: defer(() => of(terminal)),
    get terminal() {
      return terminal;
    },
    gmcp$,
    hasGmcp: gmcp$ !== undefined,
    gmcpSent,
    sendGmcp: (text) => void gmcpSent.push(text),
    closed$,
    drained$: defer(() => (unread === 0 || closing ? EMPTY : drained$)),
    calls,
    read() {
      unread = 0;
      // Replaced first, so that a subscriber that waits again waits for the next time.
      const drained = drained$;
      drained$ = new Subject();
      drained.complete();
    },
    setEncoding(encoding: Encoding) {
      terminal = { ...terminal, encoding };
    },
    setEcho(on: boolean) {
      terminal = { ...terminal, echo: on };
    },
    answers,
    probe() {
      calls.push('probe');
    },
    get screen() {
      return screen;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return Buffer.byteLength(screen);
    },
    get backlog() {
      return unread;
    },
    write(output: Output) {
      if (closing) return;
      const text = typeof output === 'string' ? output : Buffer.from(output).toString('latin1');
      screen += text;
      if (deaf) unread += Buffer.byteLength(text);
    },
    echo(text: string) {
      this.write(text);
    },
    askBinary: () => void calls.push('askBinary'),
    hideTyping: () => calls.push('hideTyping'),
    showTyping: () => calls.push('showTyping'),
    putBack(bytes: Uint8Array) {
      held.push(Buffer.from(bytes));
    },
    notifier: undefined as Connection['notifier'],
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    close() {
      calls.push('close');
      closing = true;
      if (!lingers && !deaf) closed$.complete();
    },
    destroy() {
      calls.push('destroy');
      closing = true;
      closed$.complete();
    },
  };
}
