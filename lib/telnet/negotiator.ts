import telnetlib, { type OptionHost, type Where } from 'telnetlib';
import { COMMAND, type Verb } from '../../streams/protocol/codec.js';
import { monotonic } from '../process/monotonic.js';

const { optionState } = telnetlib.constants;

/** Answers that one option gets in one direction; who asks again has heard them. */
export const REPLIES_PER_OPTION = 2;
/** Answers a call may get at once, and questions it may waste: one a second, and so many ahead. */
export const REPLY_BUDGET = 256;

/** The option that is a question of its own, asked and answered as often as anybody likes (RFC 860). */
export const TIMING_MARK = 6;

/** What the negotiator does to its connection. */
export interface NegotiatorHost {
  send(verb: Verb, option: number): void;
  /** The option is on from now, or off: done by us (`LOCAL`) or by the other end (`REMOTE`). */
  changed(option: number, where: Where, on: boolean): void;
  /** The other end answered a timing mark of ours. */
  answered(): void;
  /** The budget is spent; nothing is answered any more. Called once. */
  abused(): void;
}

/** What one end of the line agrees to: to do itself, and to have done by the other end. */
export interface Agreeable {
  readonly local: ReadonlySet<number>;
  readonly remote: ReadonlySet<number>;
}

/**
 * `TelnetOption`, mended: a WILL we agree to is on from then on (RFC 1143), and what we agree to is said before it
 * begins.
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
 * One end's part in telnet's option negotiation, by the Q method of RFC 1143, with bounds: it answers a request
 * about one option twice at most, declines what isn't agreeable, and is done with a peer who never stops. Never
 * throws, whatever comes. A class, since every line has one.
 */
export class Negotiator implements OptionHost {
  readonly localOptions: ReadonlySet<number>;
  readonly remoteOptions: ReadonlySet<number>;
  readonly writer = this;
  readonly #host: NegotiatorHost;
  /** Those that the other end spoke of. */
  #options: readonly Option[] = NONE;
  /** What was asked for and isn't answered, a {@link key} each: most callers never answer. A text, as the smallest set there is. */
  #asked = '';
  /** The option that was {@link announce}d, and answers to that which are still to come. Most callers have none. */
  #announced: { readonly code: number; dos: number; donts: number } | undefined;
  /** By direction and option. */
  #replies: Map<string, number> | undefined;
  #budget = REPLY_BUDGET;
  #chargedAt = monotonic.now();

  constructor(host: NegotiatorHost, { local, remote }: Agreeable) {
    this.#host = host;
    this.localOptions = local;
    this.remoteOptions = remote;
  }

  /** Offers to do it ourselves (WILL), or asks the other end to (DO); once for each option. */
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
    this.#host.send(verb, code);
  }

  /**
   * Says that we do something from now on, or do it no more, as often as that changes: nothing is waited for, since there
   * are clients that answer a WILL and never a WONT. From the first time on, what the other end says of this option in this
   * direction is taken and not answered, but for a change of its mind: two ends that answer each other never end. For one
   * option only.
   */
  announce(verb: typeof COMMAND.WILL | typeof COMMAND.WONT, code: number): void {
    const option = this.known(code) ?? this.option(code);
    this.#announced ??= { code, dos: option.us === optionState.WANTYES ? 1 : 0, donts: 0 };
    if (verb === COMMAND.WILL) {
      this.#announced.dos += 1;
      option.us = optionState.WANTYES;
    } else {
      this.#announced.donts += 1;
      // Off for good with the WONT, whatever comes; an answer to an older WILL doesn't turn it on again.
      option.us = optionState.NO;
    }
    this.#host.send(verb, code);
  }

  /** Asks the other end for a sign of life; whoever speaks telnet answers it (RFC 860). */
  askTimingMark(): void {
    this.#host.send(COMMAND.DO, TIMING_MARK);
  }

  /** Answers a request, takes an answer. */
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
      // A no is obeyed all the same: it needs no answer to be one.
      if (option && verb === COMMAND.DONT) option.us = optionState.NO;
      if (option && verb === COMMAND.WONT) option.him = optionState.NO;
      this.charge();
      return;
    }
    // An option that is never on has no state: asked for, it is declined, and that is all.
    if (!option) this.decline(verb, code);
    else if (verb === COMMAND.WILL) option.handleWill();
    else if (verb === COMMAND.WONT) option.handleWont();
    else if (verb === COMMAND.DO) option.handleDo();
    else option.handleDont();
  }

  /** Whether the option is on. */
  isOn(code: number, where: Where): boolean {
    const option = this.known(code);
    return (where === 'LOCAL' ? option?.us : option?.him) === optionState.YES;
  }

  /** Whether we do it, or offered to and weren't answered yet. */
  isOffered(code: number): boolean {
    const state = this.known(code)?.us;
    return state === undefined
      ? this.#asked.includes(key('us', code))
      : state === optionState.YES || state === optionState.WANTYES;
  }

  /** Whether we offered to do it, and the other end said no. */
  isDeclined(code: number): boolean {
    return this.known(code)?.us === optionState.NO;
  }

  /** Takes one answer from the budget; false if it is spent. */
  charge(): boolean {
    if (this.#budget < 0) return false;
    // One comes back each second, so that a client that asks now and then may do so for days.
    const seconds = Math.floor((monotonic.now() - this.#chargedAt) / 1000);
    this.#chargedAt += seconds * 1000;
    this.#budget = Math.min(REPLY_BUDGET, this.#budget + seconds) - 1;
    if (this.#budget < 0) this.#host.abused();
    return this.#budget >= 0;
  }

  // What telnetlib's options ask of their host.
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
    this.#host.changed(option, where, event === 'enable');
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
      // The answer to the last of them.
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
    if (this.charge()) this.#host.send(verb, code);
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
      if (this.charge()) this.#host.send(COMMAND.WILL, TIMING_MARK);
    } else if (verb !== COMMAND.DONT) this.#host.answered();
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

  /** The state of an option of which the other end speaks for the first time. */
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

/** An option in one direction, as a character: one of Latin-1 for all that we ask, since the engine has those made. */
const key = (side: 'us' | 'him', code: number) => String.fromCharCode(code * 2 + (side === 'us' ? 1 : 0));
