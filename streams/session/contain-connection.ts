import { catchError, defer, EMPTY, map, type Observable, ReplaySubject, Subject, throwError } from 'rxjs';
import { isRefused, refusedByError } from '../admission/refused.js';
import { alsoSubscribe } from '../rx/also-subscribe.js';
import { kindOf } from '../rx/kind-of.js';
import { UNKNOWN_TERMINAL } from '../terminal/unknown-terminal.js';
import type { ConnectionAttempt } from '../types/admission.js';
import type { Connection, Encoding, GmcpMessage, Output, Terminal } from '../types/connection.js';
import type { Credentials } from '../types/credentials.js';
import { TransportError } from '../types/errors.js';
import { endOf, SessionEnd } from '../types/session-end.js';

/** Receives what a connection throws when its session is over, or never began. */
export type ConnectionFailed = (error: unknown) => void;

/**
 * Contains the errors of a third-party transport. After its first failure the connection counts as gone, its
 * input errors with `connection-error`, and it isn't called again. An object that isn't a {@link Connection}
 * is refused (`error`).
 */
export function containConnection(attempt: ConnectionAttempt, failed: ConnectionFailed): ConnectionAttempt {
  if (Object(attempt) === attempt && isRefused(attempt))
    return { ...attempt, connection: new ContainedConnection(attempt.connection, failed) };
  const connection = new ContainedConnection(attempt as Connection, failed);
  return connection.problem ? refusedByError(connection, connection.problem) : connection;
}

const MEMBERS = {
  'an Observable': ['input$', 'terminal$', 'closed$', 'drained$'],
  'a function': [
    'write',
    'echo',
    'hideTyping',
    'showTyping',
    'putBack',
    'setEncoding',
    'setEcho',
    'probe',
    'pause',
    'resume',
    'close',
    'destroy',
  ],
  'an object': ['terminal'],
  text: ['address'],
} as const;

class ContainedConnection implements Connection {
  readonly address: string;
  readonly transport: string | undefined;
  /** Why it isn't a connection, if so. */
  readonly problem: unknown;
  readonly #theirs: Connection;
  readonly #failed: ConnectionFailed;
  readonly #closed = new ReplaySubject<never>();
  #fault: SessionEnd | undefined;
  /** Ends the input when a call of the transport fails. */
  readonly #failure$ = new Subject<never>();
  /** The backlog at the time of the failure, plus what was being written. */
  #lost = 0;

  constructor(theirs: Connection, failed: ConnectionFailed) {
    this.#theirs = theirs;
    this.#failed = failed;
    try {
      check(theirs);
      this.address = theirs.address;
      if (typeof theirs.transport === 'string') this.transport = theirs.transport;
      theirs.closed$.subscribe({
        complete: () => this.#closed.complete(),
        error: (error) => this.#fail(error),
      });
    } catch (error) {
      this.address ??= '';
      this.problem = error;
      // Reported by the refusal.
      this.#fault = new SessionEnd('connection-error', error);
      this.#goAway();
    }
  }

  get input$(): Observable<Uint8Array> {
    return defer(() =>
      this.#fault
        ? throwError(() => this.#fault)
        : this.#theirs.input$.pipe(
            map(bytesOf),
            catchError((error) => throwError(() => endOf(error, 'connection-error'))),
            alsoSubscribe<Uint8Array>(this.#failure$),
          ),
    );
  }
  get terminal$(): Observable<Terminal> {
    return this.#fault ? EMPTY : this.#guarded(this.#theirs.terminal$);
  }
  get recognised$(): Observable<never> | undefined {
    const theirs$ = this.#fault ? undefined : this.#theirs.recognised$;
    return theirs$ && this.#guarded(theirs$);
  }
  get credentials$(): Observable<Credentials> | undefined {
    const theirs$ = this.#fault ? undefined : this.#theirs.credentials$;
    return theirs$ && this.#guarded(theirs$);
  }
  get closed$(): Observable<never> {
    return this.#closed;
  }
  get drained$(): Observable<never> {
    return this.#fault ? EMPTY : this.#guarded(this.#theirs.drained$);
  }
  get terminal(): Terminal {
    if (this.#fault) return UNKNOWN_TERMINAL;
    try {
      return this.#theirs.terminal ?? UNKNOWN_TERMINAL;
    } catch (error) {
      this.#fail(error);
      return UNKNOWN_TERMINAL;
    }
  }
  get bytesIn(): number {
    return this.#number('bytesIn');
  }
  get bytesOut(): number {
    return this.#number('bytesOut');
  }
  get backlog(): number {
    return this.#fault ? this.#lost : this.#number('backlog');
  }
  get answers(): boolean {
    if (this.#fault) return false;
    try {
      return this.#theirs.answers === true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  write(output: Output): void {
    if (this.#fault) return;
    try {
      this.#theirs.write(output);
    } catch (error) {
      this.#lost = output.length;
      this.#fail(error);
    }
  }
  askBinary(): void {
    this.#attempt(() => this.#theirs.askBinary?.());
  }
  get gmcp$(): Observable<GmcpMessage> | undefined {
    const theirs$ = this.#fault ? undefined : this.#theirs.gmcp$;
    return theirs$ && this.#guarded(theirs$);
  }
  get hasGmcp(): boolean {
    return !this.#fault && this.#theirs.hasGmcp === true;
  }
  sendGmcp(text: string): void {
    this.#attempt(() => this.#theirs.sendGmcp?.(text));
  }
  batch(act: () => void): void {
    let hasActed = false;
    const actOnce = () => {
      hasActed = true;
      act();
    };
    this.#attempt(() => this.#theirs.batch?.(actOnce));
    // Run it even if the transport's `batch` failed or didn't call it.
    if (!hasActed) act();
  }
  echo(text: string): void {
    this.#attempt(() => this.#theirs.echo(text));
  }
  hideTyping(): void {
    this.#attempt(() => this.#theirs.hideTyping());
  }
  showTyping(): void {
    this.#attempt(() => this.#theirs.showTyping());
  }
  putBack(bytes: Uint8Array): void {
    this.#attempt(() => this.#theirs.putBack(bytes));
  }
  get notifier(): Connection['notifier'] {
    return this.#fault ? undefined : this.#theirs.notifier;
  }
  set notifier(notifier: Connection['notifier']) {
    this.#attempt(() => {
      this.#theirs.notifier = notifier;
    });
  }
  setEncoding(encoding: Encoding): void {
    this.#attempt(() => this.#theirs.setEncoding(encoding));
  }
  setEcho(on: boolean): void {
    this.#attempt(() => this.#theirs.setEcho(on));
  }
  probe(): void {
    this.#attempt(() => this.#theirs.probe());
  }
  pause(): void {
    this.#attempt(() => this.#theirs.pause());
  }
  resume(): void {
    this.#attempt(() => this.#theirs.resume());
  }
  get refuse(): Connection['refuse'] {
    if (this.#fault || typeof this.#theirs.refuse !== 'function') return undefined;
    return (...about) => this.#attempt(() => this.#theirs.refuse?.(...about));
  }
  close(): void {
    this.#attempt(() => this.#theirs.close());
  }
  destroy(): void {
    this.#attempt(() => this.#theirs.destroy());
    // Complete even if the transport's `destroy` failed.
    this.#closed.complete();
  }

  #attempt(act: () => void): void {
    if (this.#fault) return;
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }
  #number(of: 'bytesIn' | 'bytesOut' | 'backlog'): number {
    try {
      const count = this.#theirs[of];
      return count > 0 ? count : 0;
    } catch (error) {
      this.#fail(error);
      return 0;
    }
  }
  #guarded<T>(theirs$: Observable<T>): Observable<T> {
    return theirs$.pipe(
      catchError((error) => {
        this.#fail(error);
        return EMPTY;
      }),
    );
  }

  #fail(error: unknown): void {
    if (this.#fault) return;
    this.#fault = new SessionEnd('connection-error', error);
    this.#lost += this.#number('backlog');
    // First, because `#goAway` looks like a hang-up to the reader.
    if (this.#failure$.observed) this.#failure$.error(this.#fault);
    else this.#failed(error);
    this.#goAway();
  }
  #goAway(): void {
    try {
      this.#theirs.destroy();
    } catch {
      // It had failed already, and that was reported.
    }
    this.#closed.complete();
  }
}

/** Returns bytes unchanged, and throws for anything else. */
function bytesOf(bytes: unknown): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  throw new TransportError(
    'TRANSPORT_INPUT_INVALID',
    `a Connection's input$ emits bytes (a Uint8Array), and this one emitted ${kindOf(bytes)}`,
  );
}

/** @throws A {@link TransportError} that names the member that a {@link Connection} lacks or that has the wrong type. */
function check(theirs: Connection): void {
  for (const [kind, names] of Object.entries(MEMBERS))
    for (const name of names) {
      const member: unknown = theirs?.[name];
      if (!isOf(kind as keyof typeof MEMBERS, member))
        throw new TransportError(
          'TRANSPORT_CONNECTION_INVALID',
          `a Connection has ${name} (${kind}), and this one's is ${kindOf(member)}`,
        );
    }
}

function isOf(kind: keyof typeof MEMBERS, member: unknown): boolean {
  switch (kind) {
    case 'text':
      return typeof member === 'string';
    case 'a function':
      return typeof member === 'function';
    case 'an object':
      return typeof member === 'object' && member !== null;
    case 'an Observable':
      return typeof (member as Observable<unknown> | undefined)?.subscribe === 'function';
  }
}
