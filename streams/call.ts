import { concat, defer, EMPTY, type Observable, type SchedulerLike, take } from 'rxjs';
import type { Admitted } from './admit.js';
import type { Endable } from './endable.js';
import type { Expiring } from './expire.js';
import { SessionEnd } from './session-end.js';
import { typeAhead } from './type-ahead.js';
import {
  type EndReason,
  type Output,
  SESSION_STATES,
  type Session,
  type SessionState,
  type Terminal,
  type User,
} from './types.js';

/**
 * One call: the session that its app sees, and the record by which the board and the operators of its chain
 * reach it. A class, since a board has ten thousand of them and methods on a prototype weigh nothing.
 */
export class Call implements Session, Endable, Expiring {
  openedAt: number;
  lastInputAt: number;
  user: User | null = null;
  held = false;
  stop: ((ending: SessionEnd) => void) | undefined = undefined;
  readonly typeAhead = typeAhead((on) => this.#hold(on));
  #state: SessionState;
  #ending: SessionEnd | undefined;

  /** @param onDecided Told of the ending, once, before anybody below in the chain is. */
  constructor(
    readonly admitted: Admitted,
    readonly outputLimitBytes: number,
    readonly scheduler: SchedulerLike,
    readonly onDecided: (ending: SessionEnd) => void,
  ) {
    this.#state = admitted.verdict === 'waiting' ? 'waiting' : 'connected';
    this.openedAt = this.lastInputAt = scheduler.now();
  }

  get id() {
    return this.admitted.id;
  }
  get node() {
    return this.admitted.node;
  }
  get connection() {
    return this.admitted.connection;
  }
  get address() {
    return this.connection.address;
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
  get taken() {
    return this.typeAhead.taken;
  }
  get line$(): Observable<string> {
    return this.typeAhead.line$;
  }
  get terminal$(): Observable<Terminal> {
    return this.connection.terminal$;
  }

  eachLine<T>(answer: (line: string) => Observable<T>): Observable<T> {
    return this.typeAhead.eachLine(answer);
  }

  ask(prompt: string): Observable<string> {
    const prompt$ = defer(() => {
      this.write(prompt);
      return EMPTY;
    });
    return concat(prompt$, this.line$.pipe(take(1)));
  }

  write(output: Output): void {
    if (this.#ending) return;
    this.connection.write(output);
    if (this.connection.backlog > this.outputLimitBytes) this.end('slow');
  }

  /** Moves on to a later state; there is no way back. */
  become(state: SessionState): void {
    if (SESSION_STATES.indexOf(state) > SESSION_STATES.indexOf(this.#state)) this.#state = state;
  }

  decide(ending: SessionEnd): SessionEnd {
    if (this.#ending) return this.#ending;
    this.#ending = ending;
    this.become('closing');
    this.onDecided(ending);
    return ending;
  }

  /** Ends the call, wherever it is. Forcing one that is saying goodbye already cuts the line. */
  end(reason: EndReason): void {
    if (this.#ending) {
      if (reason === 'forced') this.connection.destroy();
      return;
    }
    const ending = new SessionEnd(reason);
    if (this.stop) this.stop(ending);
    else this.decide(ending);
  }

  #hold(on: boolean): void {
    this.held = on;
    // The idle clock stood while the caller was made to wait, and goes on from here.
    this.lastInputAt = this.scheduler.now();
    if (on) this.connection.pause();
    else this.connection.resume();
  }
}
