import { defer, finalize, Observable, type SchedulerLike, take, tap } from 'rxjs';
import type { Admitted } from '../admission/admitted.js';
import { gmcpText } from '../protocol/gmcp-text.js';
import type { TimeSlices } from '../rx/time-slices.js';
import { announcement } from '../terminal/announcement.js';
import { copied } from '../terminal/copied.js';
import { sanitize } from '../terminal/sanitize.js';
import { Screen, type ScreenDelegate, type ScreenParts } from '../terminal/screen.js';
import { TypeAhead, type TypeAheadDelegate } from '../terminal/type-ahead.js';
import type { Encoding, GmcpMessage, Key, Output, Terminal } from '../types/connection.js';
import type { Credentials } from '../types/credentials.js';
import { AppError } from '../types/errors.js';
import {
  type Completer,
  type EndReason,
  SESSION_STATES,
  type Session,
  type SessionState,
  type User,
} from '../types/session.js';
import { endFor, SessionEnd } from '../types/session-end.js';
import { containCompleter } from './contain-completer.js';
import type { SlicedCaller } from './input-slices.js';
import type { KeepAlive, KeepAliveTarget } from './keep-alive.js';
import { Notices } from './notices.js';
import type { TimedSession } from './session-timeouts.js';
import { infoOf } from './session-view.js';
import type { Terminable } from './terminable.js';

/** The maximum length of a refused handle in events. */
const MAX_HANDLE_LENGTH = 40;
const WRITES_NO_OUTPUT = 'an app writes text or bytes, and nothing else';

/** What a session needs of its board. */
export interface CallDelegate {
  /** Unique across boards and restarts. */
  readonly boardId: string;
  /** The time slices shared by all sessions. */
  readonly time: TimeSlices;
  /** The reason of the end is settled. */
  settled(ending: SessionEnd): void;
  /** A login with this handle failed. */
  loginFailed(handle: string): void;
}

/**
 * A session: what its app sees, and the state that the board and the operators of its chain share. A class,
 * since there are ten thousand of them and prototype methods cost no memory.
 */
export class Call
  implements
    Session,
    Terminable,
    TimedSession,
    KeepAliveTarget,
    SlicedCaller,
    TypeAheadDelegate,
    ScreenDelegate
{
  openedAt: number;
  lastInputAt: number;
  user: User | null = null;
  held = false;
  chain: Terminable['chain'] = undefined;
  keepAlive: KeepAlive | undefined = undefined;
  slices: SlicedCaller['slices'] = undefined;
  readonly typeAhead = new TypeAhead(this);
  readonly screen: Screen;
  #state: SessionState;
  #ending: SessionEnd | undefined;
  #pauses = 0;
  readonly #notices: Notices;

  /** @param delegate Told of the end once, before any operator downstream is. */
  constructor(
    readonly admitted: Admitted,
    readonly outputLimitBytes: number,
    readonly scheduler: SchedulerLike,
    screenParts: ScreenParts,
    readonly delegate: CallDelegate,
  ) {
    this.screen = new Screen(this.connection, screenParts, this);
    this.#notices = new Notices(delegate.time, this.screen);
    this.connection.notifier = this;
    this.#state = admitted.verdict === 'waiting' ? 'waiting' : 'connected';
    this.openedAt = this.lastInputAt = scheduler.now();
  }

  get time(): TimeSlices {
    return this.delegate.time;
  }
  get id() {
    return this.admitted.id;
  }
  // Computed: a field would cost forty bytes per session.
  get callId() {
    return `${this.delegate.boardId}-${this.id}`;
  }
  get connection() {
    return this.admitted.connection;
  }
  get node() {
    return this.admitted.node;
  }
  get address() {
    return this.connection.address;
  }
  get transport() {
    return this.connection.transport;
  }
  get bytesIn() {
    return this.connection.bytesIn;
  }
  get bytesOut() {
    return this.connection.bytesOut;
  }
  get state() {
    return this.#state;
  }
  get ending() {
    return this.#ending;
  }
  get paused() {
    return this.#pauses > 0;
  }
  get taken() {
    return this.typeAhead.taken;
  }
  get isRead() {
    return this.typeAhead.isRead;
  }
  get line$(): Observable<string> {
    return this.typeAhead.line$;
  }
  get key$(): Observable<Key> {
    return this.typeAhead.key$;
  }
  get byte$(): Observable<Uint8Array> {
    return this.typeAhead.byte$;
  }
  get wantsBytes() {
    return this.typeAhead.wantsBytes;
  }
  get credentials$(): Observable<Credentials> | undefined {
    return this.connection.credentials$;
  }
  get terminal$(): Observable<Terminal> {
    return this.connection.terminal$;
  }

  get terminal(): Terminal {
    return this.connection.terminal;
  }

  toJSON(): object {
    return infoOf(this);
  }

  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T> {
    return this.typeAhead.eachLine(answer);
  }

  ask(prompt: string, { secret = false } = {}): Observable<string> {
    return defer(() => {
      this.write(prompt);
      const line$ = this.line$.pipe(take(1));
      if (!secret) return line$;
      this.screen.hideInput();
      return line$.pipe(
        // A secret typed ahead was recorded as an ordinary line.
        tap((secret) => this.screen.typing?.forget(secret)),
        finalize(() => this.screen.showInput()),
      );
    });
  }

  write(output: Output): void {
    if (this.#ending) return;
    if (typeof output !== 'string' && !((output as unknown) instanceof Uint8Array)) {
      this.break(new SessionEnd('app-error', new AppError('APP_OUTPUT_INVALID', WRITES_NO_OUTPUT)));
      return;
    }
    this.screen.wrote(output);
    this.send(output);
  }

  notify(lines: string): void {
    if (!this.#ending) this.#notices.add(lines);
  }

  /** Shows a message from the sysop. */
  announce(text: string): void {
    this.notify(announcement(text, this.terminal, this.screen.width));
  }

  prompt(text: string): void {
    if (!this.screen.stands(text)) this.write(text);
  }

  completion$(completer: Completer): Observable<never> {
    const failed = (error: unknown) => this.break(new SessionEnd('app-error', error));
    return new Observable(() => this.screen.completeBy(containCompleter(completer, failed)));
  }

  get gmcp$(): Observable<GmcpMessage> {
    return this.connection.gmcp$ ?? this.connection.closed$;
  }
  gmcp(name: string, value?: unknown): boolean {
    if (this.#ending || !this.connection.hasGmcp) return false;
    this.connection.sendGmcp?.(gmcpText(name, value));
    this.limitBacklog();
    return true;
  }

  setEncoding(encoding: Encoding): void {
    this.connection.setEncoding(encoding);
  }

  setEcho(on: boolean): void {
    this.connection.setEcho(on);
  }

  reportFailedLogin(handle: string): void {
    if (this.#ending || (this.#state !== 'connected' && this.#state !== 'authenticating')) return;
    this.delegate.loginFailed(copied(sanitize(`${handle}`.slice(0, MAX_HANDLE_LENGTH))));
  }

  /** Moves to a later state, never back. */
  become(state: SessionState): void {
    if (SESSION_STATES.indexOf(state) > SESSION_STATES.indexOf(this.#state)) this.#state = state;
  }

  settle(ending: SessionEnd): SessionEnd {
    // Before the check: the output may end the session as slow.
    this.#notices.show();
    if (this.#ending) return this.#ending;
    this.#ending = ending;
    this.become('closing');
    this.delegate.settled(ending);
    return ending;
  }

  hangUp(): void {
    this.end('hangup');
  }

  /** Ends the session in any state. `forced` also cuts a connection that is in its farewell. */
  end(reason: EndReason): void {
    if (this.#ending) {
      if (reason === 'forced') this.connection.destroy();
      return;
    }
    this.break(endFor(reason));
  }

  private break(ending: SessionEnd): void {
    if (this.chain) this.chain.error(ending);
    else this.settle(ending);
  }

  send(output: Output): void {
    if (this.#ending) return;
    this.connection.write(output);
    this.limitBacklog();
  }

  echo(text: string): void {
    if (this.#ending) return;
    this.connection.echo(text);
    this.limitBacklog();
  }

  private limitBacklog(): void {
    this.time.count();
    const { backlog } = this.connection;
    if (backlog > 0) this.keepAlive?.wake();
    if (backlog > this.outputLimitBytes) this.end('slow');
    else if (backlog > this.outputLimitBytes / 2 && !this.typeAhead.blocked) this.block();
  }

  later(act: () => void): void {
    this.scheduler.schedule(act);
  }

  asked(): void {
    if (this.user) this.screen.uncover();
  }

  encode(text: string): Uint8Array {
    return this.screen.encode(text);
  }

  bytesBegan(isFirstTime: boolean): void {
    this.#notices.hold();
    if (isFirstTime) this.connection.askBinary?.();
  }

  bytesEnded(rest: readonly Uint8Array[]): void {
    this.slices?.putBack(rest);
    this.#notices.release();
  }

  /** Stops answering the caller's input until the caller has read the output. */
  private block(): void {
    this.typeAhead.block();
    this.connection.drained$.subscribe({ complete: () => this.typeAhead.unblock() });
  }

  /** Pauses the connection. Calls are counted: each needs its {@link Call.resume}. */
  pause(): void {
    this.#pauses += 1;
    if (this.#pauses === 1) this.connection.pause();
  }

  /** Takes back one {@link Call.pause}. Reads only when none is left. */
  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0) this.connection.resume();
  }

  /** Pauses the caller while the app is behind with the lines. */
  hold(): void {
    this.held = true;
    this.lastInputAt = this.scheduler.now();
    this.pause();
  }

  /** Resumes the caller when the app has caught up. */
  release(): void {
    this.held = false;
    // The idle clock stopped while the caller was held, and resumes here.
    this.lastInputAt = this.scheduler.now();
    this.resume();
    this.slices?.goOn();
  }

  batch(act: () => void): void {
    if (this.connection.batch) this.connection.batch(act);
    else act();
  }
}
