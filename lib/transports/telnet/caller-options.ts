import type { Where } from 'telnetlib';
import type { Verb } from '../../../streams/protocol/telnet-codec.js';
import { type Agreeable, Negotiator, type NegotiatorDelegate } from './negotiator.js';
import { CHARSET_MESSAGE, OPTION, offeredCharsets, TTYPE_MESSAGE } from './options.js';

const { BINARY, ECHO, SGA, TTYPE, NAWS, CHARSET } = OPTION;

/** The options that a caller's client allows. It reveals neither who nor where the caller is. */
const AGREEABLE: Agreeable = {
  local: new Set([BINARY, SGA, TTYPE, NAWS]),
  remote: new Set([BINARY, ECHO, SGA, CHARSET]),
};

/** The connection and terminal of the options. */
export interface CallerOptionsDelegate {
  send(verb: Verb, option: number): void;
  sendSubnegotiation(option: number, payload: Uint8Array): void;
  /** The other end begins or stops to echo. */
  echoChanged(on: boolean): void;
  /** See {@link NegotiatorDelegate.abused}. */
  abused(): void;
  readonly terminal: { readonly type: string; readonly columns: number; readonly rows: number };
}

/** A caller's side of telnet's options, for one connection. It never asks, only answers. */
export class CallerOptions implements NegotiatorDelegate {
  readonly #delegate: CallerOptionsDelegate;
  readonly #negotiator = new Negotiator(this, AGREEABLE);

  constructor(delegate: CallerOptionsDelegate) {
    this.#delegate = delegate;
  }

  negotiate(verb: Verb, option: number): void {
    this.#negotiator.negotiate(verb, option);
  }

  subnegotiation(option: number, payload: Uint8Array): void {
    const [kind] = payload;
    if (option === TTYPE && this.#negotiator.isOn(TTYPE, 'LOCAL') && kind === TTYPE_MESSAGE.SEND) {
      this.#answer(TTYPE, TTYPE_MESSAGE.IS, this.#delegate.terminal.type);
    } else if (option === CHARSET && this.#negotiator.isOn(CHARSET, 'REMOTE')) this.#charset(payload);
  }

  /** Sends the size of the window, if the other end wants it. */
  resized(): void {
    if (!this.#negotiator.isOn(NAWS, 'LOCAL')) return;
    const { columns, rows } = this.#delegate.terminal;
    this.#delegate.sendSubnegotiation(
      NAWS,
      Uint8Array.of(columns >> 8, columns & 255, rows >> 8, rows & 255),
    );
  }

  /** Whether an Enter is CR alone (RFC 856), instead of CR NUL. */
  get isBinary(): boolean {
    return this.#negotiator.isOn(BINARY, 'LOCAL');
  }

  send(verb: Verb, option: number): void {
    this.#delegate.send(verb, option);
  }
  changed(option: number, where: Where, on: boolean): void {
    if (option === ECHO && where === 'REMOTE') this.#delegate.echoChanged(on);
    if (option === NAWS && on) this.resized();
  }
  answered(): void {}
  abused(): void {
    this.#delegate.abused();
  }

  #charset(payload: Uint8Array): void {
    if (payload[0] !== CHARSET_MESSAGE.REQUEST) return;
    const known = offeredCharsets(payload).find((name) => name.toLowerCase() === 'utf-8');
    if (known) this.#answer(CHARSET, CHARSET_MESSAGE.ACCEPTED, known);
    else this.#answer(CHARSET, CHARSET_MESSAGE.REJECTED, '');
  }

  #answer(option: number, kind: number, text: string): void {
    if (this.#negotiator.charge()) {
      this.#delegate.sendSubnegotiation(option, Uint8Array.of(kind, ...Buffer.from(text)));
    }
  }
}
