import { Observable, type Subscriber } from 'rxjs';
import type { AuthContext, AuthenticationType, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import type { Credentials, Proof } from '../../../streams/types/credentials.js';
import { endFor, type SessionEnd } from '../../../streams/types/session-end.js';
import { isAcceptedKey, type Ssh2, writtenKey } from './ssh2.js';

/** The most that a client may offer. Each key of an agent is one. */
const MAX_OFFERS = 20;

/** The longest name that is passed on. */
const MAX_NAME = 256;

/** What a client may offer when something wasn't enough. */
const METHODS: AuthenticationType[] = ['publickey', 'password', 'keyboard-interactive'];

/**
 * What a client offers as proof of who the caller is, until its terminal is open. A class, since every
 * connection has one.
 */
export class SshLogin {
  readonly credentials$: Observable<Credentials>;
  readonly #ssh2: Ssh2;
  readonly #fail: (end: SessionEnd) => void;
  /** Whether there ever was a subscriber. */
  #isTaken = false;
  #subscriber: Subscriber<Credentials> | undefined;
  /** Offered while there was no subscriber. */
  #kept: Credentials | undefined;
  /** Wait for the terminal. */
  #accepted: Subscriber<never>[] = [];
  #isOver = false;
  #offers = 0;

  /** @param fail Ends the input: the client doesn't stop. */
  constructor(ssh2: Ssh2, fail: (end: SessionEnd) => void) {
    this.#ssh2 = ssh2;
    this.#fail = fail;
    this.credentials$ = new Observable((subscriber) => {
      if (this.#isOver) return subscriber.complete();
      this.#isTaken = true;
      this.#subscriber = subscriber;
      const kept = this.#kept;
      this.#kept = undefined;
      if (kept) subscriber.next(kept);
      return () => {
        if (this.#subscriber === subscriber) this.#subscriber = undefined;
      };
    });
  }

  /** The client offers something. */
  offer(context: AuthContext): void {
    this.#offers += 1;
    if (this.#offers > MAX_OFFERS) this.#fail(endFor('login-failed'));
    else if (!this.#isTaken) context.accept();
    else if (context.method === 'none') this.#emit(context, { method: 'none' });
    // An object is a password to be changed.
    else if (context.method === 'password' && typeof context.password === 'string')
      this.#emit(context, { method: 'password', password: context.password });
    else if (context.method === 'keyboard-interactive') this.#ask(context);
    else if (context.method === 'publickey') this.#check(context);
    else context.reject(METHODS);
  }

  /** The terminal is open, or the connection gone. */
  finish(): void {
    this.#isOver = true;
    this.#kept = undefined;
    for (const subscriber of this.#accepted.splice(0)) subscriber.complete();
    this.#subscriber?.complete();
  }

  #ask(context: KeyboardAuthContext): void {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers: unknown) => {
      // An error says that the client offers something else now.
      if (!Array.isArray(answers)) return;
      this.#emit(context, { method: 'password', password: `${answers[0] ?? ''}` });
    });
  }
  /**
   * Any key may be tried: whether it is an account's is told only to who has the private key.
   */
  #check(context: PublicKeyAuthContext): void {
    const key = isAcceptedKey(this.#ssh2, context);
    if (!key) context.reject(METHODS);
    else if (context.signature) this.#emit(context, { method: 'publickey', key: writtenKey(context.key) });
    else context.accept();
  }

  #emit(context: AuthContext, proof: Proof): void {
    const credentials: Credentials = {
      name: context.username.slice(0, MAX_NAME),
      proof,
      accept: () =>
        new Observable<never>((subscriber) => {
          if (this.#isOver) return subscriber.complete();
          this.#accepted.push(subscriber);
          answer(() => context.accept());
        }),
      reject: () => answer(() => context.reject(METHODS)),
    };
    if (this.#subscriber) this.#subscriber.next(credentials);
    else this.#kept = credentials;
  }
}

/** Answers a client that may be gone by now. */
function answer(act: () => void): void {
  try {
    act();
  } catch {
    // The end of the connection is told elsewhere.
  }
}
