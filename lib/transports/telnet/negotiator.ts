import telnetlib, { type OptionHost, type Where } from 'telnetlib';
import { COMMAND, type Verb } from '../../../streams/protocol/telnet-codec.js';
import { monotonic } from '../../process/monotonic.js';

const { optionState } = telnetlib.constants;

/** The most answers to requests about one option in one direction. */
export const REPLIES_PER_OPTION = 2;
/** The most answers and wasted requests of a connection at a time. One is given back each second. */
export const REPLY_BUDGET = 256;

/** The option that is a request by itself, and may be repeated without limit (RFC 860). */
export const TIMING_MARK = 6;

/** The connection of the negotiator. */
export interface NegotiatorDelegate {
  send(verb: Verb, option: number): void;
  /** The option was turned on or off, at our end (`LOCAL`) or the other one (`REMOTE`). */
  changed(option: number, where: Where, on: boolean): void;
  /** The other end answered our timing mark. */
  answered(): void;
  /** The budget is spent, and nothing is answered any more. Called once. */
  abused(): void;
}

/** The options that one end agrees to: to turn on itself, and to let the other end turn on. */
export interface Agreeable {
  readonly local: ReadonlySet<number>;
  readonly remote: ReadonlySet<number>;
}

/**
 * `TelnetOption` with two fixes: an option is on as soon as we agree to a WILL (RFC 1143), and our agreement
 * is sent before the option takes effect.
 */
class Option extends telnetlib.TelnetOption {
  override handleWill(): void {
    const agreed = this.him === optionState.NO && this.socket.remoteOptions.has(this.code);
    super.handleWill();
    if (agreed) this.him = optionState.YES;
  }
  override handleDo(): void {
    if (this.us === optionState.NO && this.socket.localOptions.has(this.code)) {
      this.socket.writer.writeWill(this.code);
      this.us = optionState.YES;
    } else super.handleDo();
  }
}

/**
 * One end of telnet's option negotiation, by the Q method of RFC 1143, with bounds. It answers requests about
 * one option at most twice, declines all options that aren't agreeable, and gives up on a peer that never
 * stops. Never throws, whatever it receives. A class, since every connection has one.
 */
export class Negotiator implements OptionHost {
  readonly localOptions: ReadonlySet<number>;
  readonly remoteOptions: ReadonlySet<number>;
  readonly writer = this;
  readonly #delegate: NegotiatorDelegate;
  /** The options that the other end mentioned. */
  #options: readonly Option[] = NONE;
  /**
   * The {@link key}s of requests without an answer so far; most callers never answer. A string, since it is
   * the smallest set.
   */
  #asked = '';
  /**
   * The option given to {@link announce}, and the number of answers that are still to come. Most connections
   * have none.
   */
  #announced: { readonly code: number; dos: number; donts: number } | undefined;
  /** By direction and option. */
  #replies: Map<string, number> | undefined;
  #budget = REPLY_BUDGET;
  #chargedAt = monotonic.now();

  constructor(delegate: NegotiatorDelegate, { local, remote }: Agreeable) {
    this.#delegate = delegate;
    this.localOptions = local;
    this.remoteOptions = remote;
  }

  /** Offers to turn an option on at our end (WILL), or asks the other end to (DO). Once for each option. */
  ask(verb: typeof COMMAND.WILL | typeof COMMAND.DO, code: number): void {
    const side = verb === COMMAND.WILL ? 'us' : 'him';
    const option = this.known(code);
    if (option) {
      if (option[side] !== optionState.NO) return;
      option[side] = optionState.WANTYES;
    } else {
      const asked = key(side, code);
      if (this.#asked.includes(asked)) return;
      this.#asked += asked;
    }
    this.#delegate.send(verb, code);
  }

  /**
   * Announces that an option is on or off at our end, as often as it changes. Doesn't wait for an answer,
   * since some clients answer a WILL and never a WONT. From the first call on, the other end's messages about
   * this option and direction are recorded without an answer, unless they change their mind: otherwise two
   * ends could answer each other forever. For one option only.
   */
  announce(verb: typeof COMMAND.WILL | typeof COMMAND.WONT, code: number): void {
    const option = this.known(code) ?? this.option(code);
    this.#announced ??= { code, dos: option.us === optionState.WANTYES ? 1 : 0, donts: 0 };
    if (verb === COMMAND.WILL) {
      this.#announced.dos += 1;
      option.us = optionState.WANTYES;
    } else {
      this.#announced.donts += 1;
      // A WONT is final: a late answer to an older WILL doesn't turn the option on again.
      option.us = optionState.NO;
    }
    this.#delegate.send(verb, code);
  }

  /** Asks the other end for a sign of life. Telnet clients answer it (RFC 860), some of them once
   * only. */
  askTimingMark(): void {
    this.#delegate.send(COMMAND.DO, TIMING_MARK);
  }

  /** Handles a request or an answer. */
  negotiate(verb: Verb, code: number): void {
    if (code === TIMING_MARK) {
      this.timingMark(verb);
      return;
    }
    const local = verb === COMMAND.DO || verb === COMMAND.DONT;
    if (local && code === this.#announced?.code) {
      this.announcementAnswered(verb, code);
      return;
    }
    const option =
      this.known(code) ?? (this.agreeable(local, code) || this.isAsked(code) ? this.option(code) : undefined);
    const state = (local ? option?.us : option?.him) ?? optionState.NO;
    const asked = state === optionState.WANTYES || state === optionState.WANTNO;
    if (!asked && this.repliesTo(local, code) >= REPLIES_PER_OPTION) {
      // A refusal takes effect even if we don't answer it.
      if (option && verb === COMMAND.DONT) option.us = optionState.NO;
      if (option && verb === COMMAND.WONT) option.him = optionState.NO;
      this.charge();
      return;
    }
    // An option that we never turn on has no state. A request for it is declined.
    if (!option) this.decline(verb, code);
    else if (verb === COMMAND.WILL) option.handleWill();
    else if (verb === COMMAND.WONT) option.handleWont();
    else if (verb === COMMAND.DO) option.handleDo();
    else option.handleDont();
  }

  /** Returns whether the option is on. */
  isOn(code: number, where: Where): boolean {
    const option = this.known(code);
    return (where === 'LOCAL' ? option?.us : option?.him) === optionState.YES;
  }

  /** Returns whether the option is on at our end, or offered without an answer so far. */
  isOffered(code: number): boolean {
    const state = this.known(code)?.us;
    return state === undefined
      ? this.#asked.includes(key('us', code))
      : state === optionState.YES || state === optionState.WANTYES;
  }

  /** Returns whether the other end declined our offer. */
  isDeclined(code: number): boolean {
    return this.known(code)?.us === optionState.NO;
  }

  /** Takes one answer from the budget. Returns false if it is spent. */
  charge(): boolean {
    if (this.#budget < 0) return false;
    // One is given back each second, so that a client may ask now and then for days.
    const seconds = Math.floor((monotonic.now() - this.#chargedAt) / 1000);
    this.#chargedAt += seconds * 1000;
    this.#budget = Math.min(REPLY_BUDGET, this.#budget + seconds) - 1;
    if (this.#budget < 0) this.#delegate.abused();
    return this.#budget >= 0;
  }

  // Called by telnetlib's options.
  writeWill(option: number): void {
    this.reply(COMMAND.WILL, option);
  }
  writeWont(option: number): void {
    this.reply(COMMAND.WONT, option);
  }
  writeDo(option: number): void {
    this.reply(COMMAND.DO, option);
  }
  writeDont(option: number): void {
    this.reply(COMMAND.DONT, option);
  }
  writeSubnegotiation(): void {}
  emit(event: 'enable' | 'disable', option: number, where: Where): void {
    this.#delegate.changed(option, where, event === 'enable');
  }

  private announcementAnswered(verb: Verb, code: number): void {
    const option = this.known(code);
    const awaited = this.#announced;
    if (!option || !awaited) return;
    if (verb === COMMAND.DO) {
      if (awaited.dos === 0) {
        this.charge();
        return;
      }
      awaited.dos -= 1;
      // This answers the last announcement.
      if (awaited.dos === 0 && option.us === optionState.WANTYES) option.us = optionState.YES;
    } else if (awaited.donts > 0) awaited.donts -= 1;
    else if (option.us === optionState.YES && this.repliesTo(true, code) < REPLIES_PER_OPTION)
      option.handleDont();
    else {
      option.us = optionState.NO;
      awaited.dos = 0;
      this.charge();
    }
  }

  private reply(verb: Verb, code: number): void {
    const local = verb === COMMAND.WILL || verb === COMMAND.WONT;
    this.#replies ??= new Map();
    this.#replies.set(key(local ? 'us' : 'him', code), this.repliesTo(local, code) + 1);
    if (this.charge()) this.#delegate.send(verb, code);
  }

  private repliesTo(local: boolean, code: number): number {
    return this.#replies?.get(key(local ? 'us' : 'him', code)) ?? 0;
  }

  private decline(verb: Verb, code: number): void {
    if (verb === COMMAND.DO) this.reply(COMMAND.WONT, code);
    if (verb === COMMAND.WILL) this.reply(COMMAND.DONT, code);
  }

  private timingMark(verb: Verb): void {
    if (verb === COMMAND.DO) {
      if (this.charge()) this.#delegate.send(COMMAND.WILL, TIMING_MARK);
    } else if (verb !== COMMAND.DONT) this.#delegate.answered();
  }

  private agreeable(local: boolean, code: number): boolean {
    return (local ? this.localOptions : this.remoteOptions).has(code);
  }

  private known(code: number): Option | undefined {
    return this.#options.find((option) => option.code === code);
  }

  private isAsked(code: number): boolean {
    return this.#asked.includes(key('us', code)) || this.#asked.includes(key('him', code));
  }

  /** Creates the state of an option when the other end first mentions it. */
  private option(code: number): Option {
    const option = new Option(this, code);
    for (const side of ['us', 'him'] as const) {
      if (this.#asked.includes(key(side, code))) option[side] = optionState.WANTYES;
    }
    this.#options = [...this.#options, option];
    return option;
  }
}

const NONE: readonly never[] = [];

/**
 * Encodes an option and direction as one character. Latin-1 suffices for all that we ask, and the engine
 * caches those strings.
 */
const key = (side: 'us' | 'him', code: number) => String.fromCharCode(code * 2 + (side === 'us' ? 1 : 0));
