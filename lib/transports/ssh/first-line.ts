import { Observable } from 'rxjs';
import { foreignProtocol } from '../../../streams/protocol/foreign-protocol.js';
import type { Destination } from '../../../streams/rx/operator.js';
import { SessionEnd } from '../../../streams/types/session-end.js';

/** The longest line with the client's version, CR LF included (RFC 4253, section 4.2). */
const MAX_LINE = 255;

const SSH = 'SSH-';
const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** What is known after a chunk: bytes for SSH, or that the client speaks something else. */
interface FirstLineRead {
  readonly bytes?: Uint8Array;
  readonly end?: SessionEnd;
}

/**
 * Reads the line by which a client says that it speaks SSH. ssh2 would keep a line without an end for ever. A
 * class, since every connection has one until it has said so.
 */
export class FirstLine {
  /** Undefined once it is known what the client speaks. */
  #bytes: Buffer | undefined = NOTHING;
  #subscriber: Destination<never> | undefined;

  /** See {@link Connection.recognised$}. */
  get recognised$(): Observable<never> {
    return new Observable((subscriber) => {
      if (!this.#bytes) return subscriber.complete();
      this.#subscriber = subscriber;
      return () => {
        this.#subscriber = undefined;
      };
    });
  }

  /** Returns all bytes so far, once the line is complete; and nothing after the end. */
  read(chunk: Uint8Array): FirstLineRead {
    if (!this.#bytes) return {};
    const bytes = Buffer.concat([this.#bytes, chunk]);
    this.#bytes = bytes;
    const begun = bytes.toString('latin1', 0, SSH.length);
    if (begun === SSH && bytes.subarray(0, MAX_LINE).includes(LF)) {
      this.close();
      return { bytes };
    }
    if (SSH.startsWith(begun) && bytes.length < MAX_LINE) return {};
    const found = foreignProtocol(bytes);
    if (found.kind === 'more') return {};
    this.#bytes = undefined;
    this.#subscriber = undefined;
    const name = found.kind === 'foreign' && found.name !== 'SSH' ? found.name : undefined;
    return { end: new SessionEnd('wrong-protocol', name) };
  }
  /** The client speaks SSH, or is gone. */
  close(): void {
    this.#bytes = undefined;
    this.#subscriber?.complete();
  }
}
