import type { Where } from 'telnetlib';
import { COMMAND, type Verb } from '../../../streams/protocol/telnet-codec.js';
import type { Connection, Terminal } from '../../../streams/types/connection.js';
import { Gmcp, type GmcpDelegate } from '../gmcp.js';
import type { Protocol } from '../protocol.js';
import type { Status } from '../status.js';
import { type ClientTold, clientProfile } from './client-profile.js';
import { encodingNamed } from './encodings.js';
import { isOneKey } from './is-one-key.js';
import { type Agreeable, Negotiator, type NegotiatorDelegate } from './negotiator.js';
import { CHARSET_MESSAGE, latin1, OPTION, offeredCharsets, TTYPE_MESSAGE } from './options.js';

const { WILL, WONT, DO, EOR, GA } = COMMAND;
const { BINARY, ECHO, SGA, TTYPE, END_OF_RECORD, NAWS, CHARSET, MSSP, GMCP } = OPTION;

/**
 * The options that a board turns on itself, and those it wants from a client. All others are declined, above
 * all NEW-ENVIRON (39).
 */
const AGREEABLE: Agreeable = {
  local: new Set([BINARY, ECHO, SGA, END_OF_RECORD, CHARSET, MSSP, GMCP]),
  remote: new Set([BINARY, SGA, TTYPE, NAWS, CHARSET]),
};

const { REQUEST, ACCEPTED, REJECTED, TTABLE_IS, TTABLE_REJECTED } = CHARSET_MESSAGE;
/** MSSP (tintin.mudhalla.net/protocols/mssp). */
const [MSSP_VAR, MSSP_VAL] = [1, 2];
/**
 * The most names a client is asked for: its own, its terminal's and its abilities. A longer list is abuse.
 */
const MAX_TYPES = 4;
/** The form of a terminal's name that is safe to show and log. */
const TYPE_NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,38}[\x21-\x7e])?$/;

const NOTHING_TOLD: ClientTold = { names: [] };

/**
 * How many requests for a sign of life a client answers before it is relied on. Not one: TinTin++ and MUSHclient
 * take a second one for a repetition of the first, and don't answer it.
 */
const ANSWERS_NEEDED = 2;

/**
 * The number of keys in a row after which a client counts as a raw terminal. Not one: a line of one letter may
 * be cut before its newline.
 */
const RAW_KEYS = 2;

/** The connection of the options. */
export interface BoardOptionsDelegate {
  send(verb: Verb, option: number): void;
  sendSubnegotiation(option: number, payload: Uint8Array): void;
  /**
   * Called with what the client says about its terminal. 0 columns or rows mean that the client doesn't know.
   */
  learned(about: Partial<Terminal>): void;
  /** See {@link NegotiatorDelegate.abused}. */
  abused(): void;
}

/**
 * A board's side of telnet's options, for one connection. Some offers are made at once, since they affect
 * what the caller sees. The rest follow when the client has shown that it speaks telnet: a client that
 * doesn't would print them as odd characters. A class, since every connection has one.
 */
export class BoardOptions implements Protocol, NegotiatorDelegate, GmcpDelegate {
  readonly isTelnet = true;
  readonly #delegate: BoardOptionsDelegate;
  readonly #status: Status;
  readonly #negotiator = new Negotiator(this, AGREEABLE);
  #heard = false;
  /** How many requests for a sign of life the client has answered. */
  #answered = 0;
  /**
   * The command that marks the end of a prompt, if the client wants one (RFC 885, RFC 854). A field, since it
   * is read for each prompt.
   */
  promptMark: number | undefined;
  #gmcp: Gmcp | undefined;
  #told = NOTHING_TOLD;
  #showsTyping = false;
  #secret = false;
  /** Who settles the echo: telnet's negotiation, the caller, or the keys of a client that negotiates nothing. */
  #echoBy: 'negotiation' | 'keys' | 'caller' = 'negotiation';
  /** The last inputs in a row that were one key each. */
  #keys = 0;
  #asking = false;
  #requested = false;

  constructor(delegate: BoardOptionsDelegate, status: Status) {
    this.#delegate = delegate;
    this.#status = status;
  }

  get gmcp(): Gmcp {
    this.#gmcp ??= new Gmcp(this);
    return this.#gmcp;
  }

  get hasGmcp(): boolean {
    return this.#gmcp?.isOn ?? false;
  }

  close(): void {
    this.#gmcp?.end();
  }

  /** Makes the first offers. */
  offer(): void {
    this.#negotiator.ask(WILL, ECHO);
    this.#negotiator.ask(WILL, SGA);
    this.#negotiator.ask(DO, NAWS);
  }

  /** Handles a request or an answer. */
  negotiate(verb: Verb, option: number): void {
    this.#negotiator.negotiate(verb, option);
    this.promptMark = this.#negotiator.isOn(END_OF_RECORD, 'LOCAL')
      ? EOR
      : this.#negotiator.isDeclined(SGA)
        ? GA
        : undefined;
    if (this.#heard) return;
    this.#heard = true;
    if (this.#echoBy === 'keys') this.forgetKeys();
    // Asked before the terminal type, so that a client without line-drawing letters says so before anything
    // is drawn.
    this.#negotiator.ask(WILL, CHARSET);
    this.#negotiator.ask(DO, TTYPE);
    this.#negotiator.ask(DO, BINARY);
    this.#negotiator.ask(WILL, BINARY);
    this.#negotiator.ask(WILL, END_OF_RECORD);
    this.#negotiator.ask(WILL, MSSP);
    this.#negotiator.ask(WILL, GMCP);
    this.#negotiator.askTimingMark();
  }

  /**
   * Handles a chunk of what the caller types. A client that negotiates nothing and sends each key, such as a
   * serial terminal, shows nothing itself. So the board echoes, until the client negotiates.
   */
  typed(input: Uint8Array): void {
    if (this.#heard || this.#echoBy !== 'negotiation') return;
    this.#keys = isOneKey(input) ? this.#keys + 1 : 0;
    if (this.#keys < RAW_KEYS) return;
    this.#echoBy = 'keys';
    this.#delegate.learned({ echo: true });
  }

  /** Handles a subnegotiation of an option that is on. Not left to telnetlib, whose parser throws. */
  subnegotiation(option: number, payload: Uint8Array): void {
    const on = this.#negotiator.isOn(option, 'REMOTE');
    if (option === GMCP && this.#negotiator.isOn(GMCP, 'LOCAL'))
      this.gmcp.receive(Buffer.from(payload).toString());
    else if (option === NAWS && on) this.readWindow(payload);
    else if (option === TTYPE && on) this.readType(payload);
    else if (option === CHARSET && (on || this.#negotiator.isOn(option, 'LOCAL'))) this.readCharset(payload);
  }

  /** See {@link Negotiator.charge}. */
  charge(): boolean {
    return this.#negotiator.charge();
  }

  /** Returns the status as text, for a crawler that asks in text. */
  statusText(): string {
    const lines = Object.entries(this.#status()).map(([name, value]) => `${name}\t${value}\r\n`);
    return latin1(Buffer.from(`MSSP-REPLY-START\r\n${lines.join('')}MSSP-REPLY-END\r\n`));
  }

  /** Whether the client answers requests for a sign of life. */
  get answers(): boolean {
    return this.#answered >= ANSWERS_NEEDED;
  }

  /** Asks for a sign of life, if the client has ever answered one. */
  probe(): void {
    if (this.answers) this.#negotiator.askTimingMark();
  }

  /** Whether the client sends its bytes as they are (RFC 856). */
  get sendsBinary(): boolean {
    return this.#negotiator.isOn(BINARY, 'REMOTE');
  }

  /** Asks for BINARY both ways again, if the client has declined it. A client that speaks telnet was asked before. */
  askBinary(): void {
    if (!this.#heard) return;
    this.#negotiator.ask(DO, BINARY);
    this.#negotiator.ask(WILL, BINARY);
  }

  /**
   * Whether the next line is a secret. A client with local echo is told meanwhile that we echo, so that it
   * hides the line.
   */
  set secret(on: boolean) {
    this.#secret = on;
    this.settleEcho();
  }

  /** See {@link Connection.setEcho}. */
  setEcho(on: boolean): void {
    this.#echoBy = 'caller';
    this.#showsTyping = !on;
    this.#delegate.learned({ echo: on });
    this.settleEcho();
  }

  // Called by the negotiator.
  send(verb: Verb, option: number): void {
    this.#delegate.send(verb, option);
  }
  changed(option: number, where: Where, on: boolean): void {
    if (option === GMCP && !on && this.#gmcp) this.#gmcp.isOn = false;
    if (option === ECHO && where === 'LOCAL') this.#delegate.learned({ echo: on || this.isEchoChosen });
    else if (!on) return;
    else if (option === TTYPE) this.askType();
    else if (option === CHARSET && where === 'LOCAL') this.requestCharset();
    else if (option === MSSP) this.tellStatus();
    else if (option === GMCP) this.gmcp.isOn = true;
  }
  answered(): void {
    // Before that nothing was asked.
    if (!this.#heard) return;
    this.#answered += 1;
    if (this.#answered < ANSWERS_NEEDED) this.#negotiator.askTimingMark();
  }
  abused(): void {
    this.#delegate.abused();
  }

  // Called by GMCP.
  sendGmcp(text: string): void {
    this.#delegate.sendSubnegotiation(GMCP, Buffer.from(text));
  }
  calledGmcp(client: string): void {
    if (TYPE_NAME.test(client)) this.learn({ client });
  }

  private readWindow(payload: Uint8Array): void {
    if (payload.length !== 4) return;
    const [high = 0, low = 0, rowsHigh = 0, rowsLow = 0] = payload;
    this.#delegate.learned({ columns: high * 256 + low, rows: rowsHigh * 256 + rowsLow });
  }

  private askType(): void {
    this.#asking = this.charge();
    if (this.#asking) this.#delegate.sendSubnegotiation(TTYPE, Uint8Array.of(TTYPE_MESSAGE.SEND));
  }

  /**
   * Handles one of the client's names. It sends the next one each time it is asked, and repeats the last one.
   */
  private readType(payload: Uint8Array): void {
    const name = latin1(payload.subarray(1));
    if (!this.#asking || payload[0] !== TTYPE_MESSAGE.IS || !TYPE_NAME.test(name)) return;
    this.#asking = false;
    const { names } = this.#told;
    if (name === names.at(-1)) return;
    const mtts = /^MTTS (\d{1,6})$/i.exec(name)?.[1];
    if (mtts !== undefined) {
      this.learn({ mtts: Number(mtts) });
      return;
    }
    this.learn({ names: [...names, name] });
    if (names.length + 1 < MAX_TYPES) this.askType();
  }

  private learn(more: Partial<ClientTold>): void {
    this.#told = { ...this.#told, ...more };
    const { showsTyping, ...terminal } = clientProfile(this.#told);
    if (this.#echoBy !== 'caller') this.#showsTyping = showsTyping;
    this.settleEcho();
    this.#delegate.learned(terminal);
  }

  /** Whether the caller chose that the board echoes. */
  private get isEchoChosen(): boolean {
    return this.#echoBy === 'caller' && !this.#showsTyping;
  }

  private settleEcho(): void {
    if (!this.#heard || !(this.#showsTyping || this.isEchoChosen)) return;
    const isWanted = this.#secret || !this.#showsTyping;
    if (this.#negotiator.isOffered(ECHO) !== isWanted)
      this.#negotiator.announce(isWanted ? WILL : WONT, ECHO);
  }

  private forgetKeys(): void {
    this.#echoBy = 'negotiation';
    this.#delegate.learned({ echo: this.#negotiator.isOn(ECHO, 'LOCAL') });
  }

  private requestCharset(): void {
    this.#requested = this.charge();
    if (this.#requested) this.tell(CHARSET, REQUEST, ';UTF-8;CP437;US-ASCII');
  }

  private readCharset(payload: Uint8Array): void {
    const [kind] = payload;
    if (kind === ACCEPTED && this.#requested) this.agree(latin1(payload.subarray(1)));
    if (kind === REJECTED && this.#requested) this.learn({ charset: 'none' });
    if (kind === ACCEPTED || kind === REJECTED) this.#requested = false;
    else if (kind === REQUEST) {
      // Of two requests that cross, the server's wins (RFC 2066).
      const known = this.#requested ? undefined : offeredCharsets(payload).find((name) => this.agree(name));
      // The client has none of our charsets, unless it agrees to one we request.
      if (!this.#requested && !known && this.#told.charset === undefined) this.learn({ charset: 'none' });
      if (!this.charge()) return;
      if (known) this.tell(CHARSET, ACCEPTED, known);
      else this.tell(CHARSET, REJECTED, '');
    } else if (kind === TTABLE_IS && this.charge()) this.tell(CHARSET, TTABLE_REJECTED, '');
  }

  private agree(charset: string): boolean {
    const encoding = encodingNamed(charset);
    if (!encoding) return false;
    this.learn({ charset: encoding });
    return true;
  }

  private tellStatus(): void {
    const pairs = Object.entries(this.#status());
    const bytes = pairs.flatMap(([name, value]) => [
      MSSP_VAR,
      ...Buffer.from(name),
      MSSP_VAL,
      ...Buffer.from(String(value)),
    ]);
    this.#delegate.sendSubnegotiation(MSSP, Uint8Array.from(bytes));
  }

  private tell(option: number, kind: number, text: string): void {
    this.#delegate.sendSubnegotiation(option, Uint8Array.of(kind, ...Buffer.from(text)));
  }
}
