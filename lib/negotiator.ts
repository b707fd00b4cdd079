import telnetlib, { type OptionHost, type Where } from 'telnetlib';
import { COMMAND, type Verb } from '../streams/codec.js';

const { ECHO, SGA, NAWS } = telnetlib.options;
const { optionState } = telnetlib.constants;

/** What we do ourselves when asked to: echo (RFC 857), and not wait for go-aheads (RFC 858). */
const LOCAL = new Set([ECHO, SGA]);
/** What we like a client to do: tell its window's size (RFC 1073), and not wait for go-aheads. */
const REMOTE = new Set([NAWS, SGA]);

/** Answers a call may get; no honest client needs a tenth of it, and one that asks for more never stops. */
export const REPLY_BUDGET = 256;

/** What the negotiator does to its connection. */
export interface NegotiatorHost {
  send(verb: Verb, option: number): void;
  /** We echo from now on, or no more. */
  echoChanged(on: boolean): void;
  /** The caller's window, in columns and rows; 0 for what the client doesn't know. */
  resized(columns: number, rows: number): void;
  /** The budget is spent; nothing is answered any more. Called once. */
  abused(): void;
}

/** `TelnetOption`, with its one wrong transition mended: a WILL we agree to is on from then on (RFC 1143). */
class Option extends telnetlib.TelnetOption {
  override handleWill(): void {
    const agreed = this.him === optionState.NO && this.socket.remoteOptions.has(this.code);
    super.handleWill();
    if (agreed) this.him = optionState.YES;
  }
}

/**
 * One call's side of telnet's option negotiation: ECHO, SGA and NAWS by the Q method of RFC 1143, which never
 * loops; everything else is declined. Never throws, whatever comes. A class, since every line has one.
 */
export class Negotiator implements OptionHost {
  readonly localOptions = LOCAL;
  readonly remoteOptions = REMOTE;
  readonly writer = this;
  readonly #host: NegotiatorHost;
  readonly #options: Option[] = [];
  #budget = REPLY_BUDGET;

  constructor(host: NegotiatorHost) {
    this.#host = host;
  }

  /** Says what we offer and what we like. */
  offer(): void {
    for (const code of LOCAL) {
      this.#option(code).us = optionState.WANTYES;
      this.#host.send(COMMAND.WILL, code);
    }
    this.#option(NAWS).him = optionState.WANTYES;
    this.#host.send(COMMAND.DO, NAWS);
  }

  /** Answers a request, takes an answer. */
  negotiate(verb: Verb, code: number): void {
    if (!LOCAL.has(code) && !REMOTE.has(code)) {
      this.#decline(verb, code);
      return;
    }
    const option = this.#option(code);
    if (verb === COMMAND.WILL) option.handleWill();
    else if (verb === COMMAND.WONT) option.handleWont();
    else if (verb === COMMAND.DO) option.handleDo();
    else option.handleDont();
  }

  /** Hears the window's size, if it was agreed on and is one; telnetlib's own reading of it throws. */
  subnegotiation(code: number, payload: Uint8Array): void {
    if (code !== NAWS || this.#option(NAWS).him !== optionState.YES || payload.length !== 4) return;
    const [high = 0, low = 0, rowsHigh = 0, rowsLow = 0] = payload;
    this.#host.resized(high * 256 + low, rowsHigh * 256 + rowsLow);
  }

  /** Takes one answer from the budget; false if it is spent. */
  mayReply(): boolean {
    if (this.#budget < 0) return false;
    this.#budget -= 1;
    if (this.#budget < 0) this.#host.abused();
    return this.#budget >= 0;
  }

  // What telnetlib's options ask of their host.
  writeWill(option: number): void {
    this.#reply(COMMAND.WILL, option);
  }
  writeWont(option: number): void {
    this.#reply(COMMAND.WONT, option);
  }
  writeDo(option: number): void {
    this.#reply(COMMAND.DO, option);
  }
  writeDont(option: number): void {
    this.#reply(COMMAND.DONT, option);
  }
  writeSubnegotiation(): void {}
  emit(event: 'enable' | 'disable', option: number, where: Where): void {
    if (option === ECHO && where === 'LOCAL') this.#host.echoChanged(event === 'enable');
  }

  #reply(verb: Verb, option: number): void {
    if (this.mayReply()) this.#host.send(verb, option);
  }

  /** An option that is never on has no state: asked for, it is declined, and that is all (RFC 1143). */
  #decline(verb: Verb, option: number): void {
    if (verb === COMMAND.DO) this.#reply(COMMAND.WONT, option);
    if (verb === COMMAND.WILL) this.#reply(COMMAND.DONT, option);
  }

  #option(code: number): Option {
    const known = this.#options.find((option) => option.code === code);
    if (known) return known;
    const option = new Option(this, code);
    this.#options.push(option);
    return option;
  }
}
