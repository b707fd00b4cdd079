import telnetlib, { type OptionHost } from 'telnetlib';
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

/** One call's side of telnet's option negotiation. Never throws, whatever comes. */
export interface Negotiator {
  /** Says what we offer and what we like. */
  offer(): void;
  negotiate(verb: Verb, option: number): void;
  subnegotiation(option: number, payload: Uint8Array): void;
  /** Takes one answer from the budget; false if it is spent. */
  mayReply(): boolean;
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
 * Negotiates ECHO, SGA and NAWS by the Q method of RFC 1143, which never loops; declines everything else.
 */
export function negotiator(host: NegotiatorHost): Negotiator {
  const options = new Map<number, Option>();
  let budget = REPLY_BUDGET;

  const mayReply = () => {
    if (budget < 0) return false;
    budget -= 1;
    if (budget < 0) host.abused();
    return budget >= 0;
  };
  const reply = (verb: Verb) => (option: number) => {
    if (mayReply()) host.send(verb, option);
  };
  const optionHost: OptionHost = {
    localOptions: LOCAL,
    remoteOptions: REMOTE,
    writer: {
      writeWill: reply(COMMAND.WILL),
      writeWont: reply(COMMAND.WONT),
      writeDo: reply(COMMAND.DO),
      writeDont: reply(COMMAND.DONT),
      writeSubnegotiation: () => {},
    },
    emit(event, option, where) {
      if (option === ECHO && where === 'LOCAL') host.echoChanged(event === 'enable');
    },
  };
  const optionOf = (code: number) => {
    const option = options.get(code) ?? new Option(optionHost, code);
    options.set(code, option);
    return option;
  };
  /** An option that is never on has no state: asked for, it is declined, and that is all (RFC 1143). */
  const decline = (verb: Verb, option: number) => {
    if (verb === COMMAND.DO) reply(COMMAND.WONT)(option);
    if (verb === COMMAND.WILL) reply(COMMAND.DONT)(option);
  };

  return {
    mayReply,
    offer() {
      for (const code of LOCAL) {
        optionOf(code).us = optionState.WANTYES;
        host.send(COMMAND.WILL, code);
      }
      optionOf(NAWS).him = optionState.WANTYES;
      host.send(COMMAND.DO, NAWS);
    },
    negotiate(verb, code) {
      if (!LOCAL.has(code) && !REMOTE.has(code)) return decline(verb, code);
      const option = optionOf(code);
      if (verb === COMMAND.WILL) option.handleWill();
      else if (verb === COMMAND.WONT) option.handleWont();
      else if (verb === COMMAND.DO) option.handleDo();
      else option.handleDont();
    },
    subnegotiation(code, payload) {
      if (code !== NAWS || options.get(NAWS)?.him !== optionState.YES || payload.length !== 4) return;
      const [high = 0, low = 0, rowsHigh = 0, rowsLow = 0] = payload;
      host.resized(high * 256 + low, rowsHigh * 256 + rowsLow);
    },
  };
}
