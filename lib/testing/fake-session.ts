import { EMPTY, map, type Observable } from 'rxjs';
import { embeddedBus } from '../../streams/events/bus.js';
import { timeSlices } from '../../streams/rx/time-slices.js';
import { Call } from '../../streams/session/call.js';
import { handleIndex } from '../../streams/session/index-handles.js';
import { SessionView } from '../../streams/session/session-view.js';
import type { Services } from '../../streams/types/app.js';
import type { GmcpMessage, Key, Terminal } from '../../streams/types/connection.js';
import type { Session, SessionInfo, User } from '../../streams/types/session.js';
import { folded, looksOf } from '../accounts/handle.js';
import { DEFAULT_LIMITS } from '../session-manager.js';
import { maxWidth } from '../text/max-width.js';
import { width } from '../text/width.js';
import { decoded, encoded } from '../transports/telnet/encodings.js';
import { fakeConnection } from './fake-connection.js';
import type { Marbles } from './virtual-time.js';

/** The caller of a {@link fakeSession}. */
export interface FakeSessionOptions {
  /** The diagram of the caller's lines; its end ends the session. By default nothing is entered. */
  readonly line$?: string;
  /** The lines by their marbles. By default each marble is its own line. */
  readonly lines?: { [marble: string]: string };
  /** The diagram of the caller's keys, for apps that read `key$`. */
  readonly key$?: string;
  /** The keys by their marbles. By default each marble is its own key. */
  readonly keys?: { [marble: string]: Key };
  /**
   * The diagram of the caller's bytes, for apps that read `byte$`. Each chunk is overwritten once it was
   * emitted, as a connection may do, so that a test finds an app that keeps it.
   */
  readonly byte$?: string;
  /** The chunks by their marbles. By default each marble is its own byte. */
  readonly bytes?: { [marble: string]: Uint8Array };
  /** The GMCP messages of the caller's client. By default it has no GMCP. */
  readonly gmcp$?: Observable<GmcpMessage>;
  /** Defaults to a guest called `ann`. */
  readonly user?: User | null;
  /** Defaults to the next number from 1 that no other session in this test has. */
  readonly id?: number;
  /** Defaults to the id. */
  readonly node?: number;
  /** Defaults to 192.0.2.1. */
  readonly address?: string;
  /** Changes to the default terminal, which has 80 columns and colours, and lets the board echo. */
  readonly terminal?: Partial<Terminal>;
}

/** A session without a connection. */
export interface FakeSession extends Session {
  /**
   * All output of `write`, `notify` and `ask`. The app's own output is included only if something writes it.
   */
  readonly output: string;
  /** The GMCP messages that were sent, as text. */
  readonly gmcpSent: readonly string[];
}

const LAST_IDS = new WeakMap<object, number>();

function nextId({ scheduler }: Marbles): number {
  const id = (LAST_IDS.get(scheduler) ?? 0) + 1;
  LAST_IDS.set(scheduler, id);
  return id;
}

/** The default terminal. */
const TERMINAL = { columns: 80, rows: 24, echo: true, type: 'xterm' } as const;

/**
 * Creates a session to test an app with. It is a board's own session, with type-ahead, prompts and notices,
 * but its caller is a diagram.
 *
 * @param m Virtual time, from {@link inVirtualTime} or the context of `rxjs-marbles`.
 * @example
 * ```ts
 * import { fakeServices, fakeSession, inVirtualTime } from 'impulse-bbs/testing';
 * import { menu, quit } from 'impulse-bbs';
 *
 * inVirtualTime((m) => {
 *   const session = fakeSession(m, { line$: '--x---q', user: { handle: 'bob' } });
 *   m.expectObservable(menu({ q: quit }, '? ')(session, fakeServices(m))).toBe('p-(np)|', {
 *     p: '? ',
 *     n: 'That is not in the menu.\n',
 *   });
 * });
 * ```
 */
export function fakeSession(m: Marbles, options: FakeSessionOptions = {}): FakeSession {
  const { line$, lines, key$, keys, byte$, bytes, user = { handle: 'ann', guest: true } } = options;
  const call = new FakeCall(m, options);
  call.user = user;
  call.become('active');
  const hangUp = () => call.hangUp();
  if (line$) m.hot(line$, lines).subscribe({ next: (line) => call.typeAhead.push(line), complete: hangUp });
  if (key$) m.hot(key$, keys).subscribe({ next: (key) => call.typeAhead.press(key), complete: hangUp });
  if (byte$) {
    const chunk$ = bytes ? m.hot(byte$, bytes) : m.hot(byte$).pipe(map((marble) => Buffer.from(marble)));
    chunk$.subscribe({ next: (chunk) => call.receive(chunk), complete: hangUp });
  }
  return call;
}

class FakeCall extends Call implements FakeSession {
  readonly #line: ReturnType<typeof fakeConnection>;

  constructor(m: Marbles, { id = nextId(m), node = id, address, terminal, gmcp$ }: FakeSessionOptions) {
    const line = fakeConnection(EMPTY, {
      ...(address ? { address } : {}),
      ...(gmcp$ ? { gmcp$ } : {}),
      terminal: { ...TERMINAL, ...terminal },
    });
    const admitted = {
      verdict: 'admitted',
      connection: line,
      id,
      node,
      position$: EMPTY,
      loggedIn() {},
      loggedInAsGuest() {},
      leave() {},
    } as const;
    super(
      admitted,
      DEFAULT_LIMITS.outputLimitBytes,
      m.scheduler,
      { decoded, encoded, width, maxWidth },
      { boardId: 'fake', time: timeSlices(m.scheduler), settled() {}, loginFailed() {} },
    );
    this.#line = line;
  }

  get output(): string {
    return this.#line.screen;
  }

  get gmcpSent(): readonly string[] {
    return this.#line.gmcpSent;
  }

  receive(chunk: Uint8Array): void {
    const bytes = new Uint8Array(chunk);
    this.typeAhead.pushBytes(bytes);
    bytes.fill(0);
  }

  override hangUp(): void {
    this.end('hangup');
    this.typeAhead.end();
  }
}

/**
 * Creates the services that a board offers its apps: a bus of their own, virtual time, and these sessions on
 * line. Their ids must differ.
 *
 * @param m Virtual time, from {@link inVirtualTime} or the context of `rxjs-marbles`.
 * @example
 * ```ts
 * import type { App } from 'impulse-bbs';
 * import { fakeServices, fakeSession, inVirtualTime } from 'impulse-bbs/testing';
 * import { of } from 'rxjs';
 *
 * const crowd: App = (_, { sessions }) => of(`${sessions.size} on line\n`);
 *
 * inVirtualTime((m) => {
 *   const [ann, bob] = [fakeSession(m, { id: 1 }), fakeSession(m, { id: 2 })];
 *   m.expectObservable(crowd(ann, fakeServices(m, [ann, bob]))).toBe('(a|)', { a: '2 on line\n' });
 * });
 * ```
 */
export function fakeServices(m: Marbles, sessions: readonly SessionInfo[] = []): Services {
  const handles = handleIndex({ folded, looksOf });
  const views = sessions.map((session) => new SessionView(session));
  for (const view of views) handles.add(view);
  return {
    bus: embeddedBus(),
    handles,
    sessions: new Map(views.map((view) => [view.id, view])),
    scheduler: m.scheduler,
    dateOf: (at) => new Date(at),
  };
}
