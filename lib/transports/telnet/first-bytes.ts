import { Observable } from 'rxjs';
import { foreignProtocol } from '../../../streams/protocol/foreign-protocol.js';
import { pageAnswer } from '../../../streams/protocol/foreign-protocols.js';
import type { Destination } from '../../../streams/rx/operator.js';
import { endFor, SessionEnd } from '../../../streams/types/session-end.js';
import type { Protocol } from '../protocol.js';
import { latin1 } from './options.js';

/** A crawler's request for our status without telnet. */
const MSSP_REQUEST = /^MSSP-REQUEST[\r\n\0]*$/;
const MAX_REQUEST_LENGTH = 16;
const CRAWLER = endFor('crawler');

const NOTHING = new Uint8Array(0);

/** The answer to a caller that isn't a telnet client, and the end of its input. */
export interface Refusal {
  /** As Latin-1. */
  readonly answer: string;
  readonly end: SessionEnd;
}

/**
 * Recognises callers of another protocol, and crawlers that ask for the status in text, by their first bytes.
 * A class, since every connection has one until its first input.
 */
export class FirstBytes {
  readonly #options: Pick<Protocol, 'statusText'>;
  readonly #page: string | undefined;
  /** The bytes so far, until the protocol is recognised; then undefined. */
  #bytes: Uint8Array | undefined = NOTHING;
  /** Whether the first input may still be a crawler's request. */
  #isFirstInput = true;
  #subscriber: Destination<never> | undefined;

  /** @param page The URL of the board's page, for browsers. */
  constructor(options: Pick<Protocol, 'statusText'>, page?: string) {
    this.#options = options;
    this.#page = page;
  }

  /** See {@link Connection.recognised$}. */
  get recognised$(): Observable<never> | undefined {
    if (!this.#bytes) return undefined;
    return new Observable((subscriber) => {
      if (!this.#bytes) return subscriber.complete();
      this.#subscriber = subscriber;
      // It holds on to its whole chain, and the connection may send nothing for hours.
      return () => {
        this.#subscriber = undefined;
      };
    });
  }
  /** Whether all is recognised. */
  get done(): boolean {
    return !this.#bytes && !this.#isFirstInput;
  }

  /** Checks a chunk before it is decoded. Returns a refusal if it shows that the caller isn't ours. */
  checkChunk(chunk: Uint8Array): Refusal | undefined {
    if (!this.#bytes) return undefined;
    const bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const found = foreignProtocol(bytes);
    if (found.kind === 'more') {
      this.#bytes = Buffer.from(bytes);
      return undefined;
    }
    this.#bytes = undefined;
    if (found.kind === 'foreign') {
      const isBrowser = found.name === 'HTTP' && this.#page !== undefined;
      const answer = isBrowser ? pageAnswer(this.#page) : found.answer;
      return this.refusal(answer, new SessionEnd('wrong-protocol', found.name));
    }
    const refusal = this.checkRequest(bytes);
    if (!refusal) this.#subscriber?.complete();
    return refusal;
  }
  /** Checks the first input, without telnet commands. Returns a refusal if it is a crawler's request. */
  checkInput(input: Uint8Array): Refusal | undefined {
    if (!this.#isFirstInput) return undefined;
    this.#isFirstInput = false;
    return this.checkRequest(input);
  }

  /** Called when the connection is gone. */
  close(): void {
    this.#bytes = undefined;
    this.#subscriber?.complete();
  }

  /** See tintin.mudhalla.net/protocols/mssp. */
  private checkRequest(bytes: Uint8Array): Refusal | undefined {
    if (bytes.length > MAX_REQUEST_LENGTH || !MSSP_REQUEST.test(latin1(bytes))) return undefined;
    return this.refusal(this.#options.statusText(), CRAWLER);
  }
  private refusal(answer: string, end: SessionEnd): Refusal {
    this.#subscriber = undefined;
    // On a line of its own below our greeting, which ends with a prompt, since most protocols are line-based.
    return { answer: /^[ -~]{2}/.test(answer) ? `\r\n${answer}` : answer, end };
  }
}
