import type { Verb } from '../../streams/protocol/telnet-codec.js';
import type { Gmcp } from './gmcp.js';

/** What is spoken on a stream besides the terminal's bytes: telnet's negotiation, or nothing. */
export interface Protocol {
  /** Whether commands are between the bytes, and 255 is doubled (RFC 854). */
  readonly isTelnet: boolean;
  /** The command that marks the end of a prompt, if the client wants one. */
  readonly promptMark: number | undefined;
  /** Whether the client has ever answered {@link Protocol.probe}. */
  readonly answers: boolean;
  /** Whether the client sends its bytes as they are. Otherwise a CR NUL stands for a CR. */
  readonly sendsBinary: boolean;
  /** Messages beside the text, if the protocol can have them. */
  readonly gmcp: Gmcp | undefined;
  /** Whether the client has GMCP. */
  readonly hasGmcp: boolean;
  /** Tells whether what is typed now is a secret. */
  set secret(isSecret: boolean);
  /** Makes the first offers. */
  offer(): void;
  /** Handles a request or an answer. */
  negotiate(verb: Verb, option: number): void;
  /** Handles a subnegotiation. */
  subnegotiation(option: number, payload: Uint8Array): void;
  /** Handles a chunk of what the caller types. */
  typed(input: Uint8Array): void;
  /** See {@link Connection.setEcho}. Only for telnet. */
  setEcho(on: boolean): void;
  /** See {@link Connection.askBinary}. */
  askBinary(): void;
  /** Takes one answer from the client's budget. Returns false if it is spent. */
  charge(): boolean;
  /** Asks for a sign of life, if the client has ever answered one. */
  probe(): void;
  /** Called when the connection is gone. */
  close(): void;
  /** Returns the status as text, for a crawler that asks in text. */
  statusText(): string;
}

/** The protocol of a stream that carries the terminal's bytes and nothing else. */
export const PLAIN: Protocol = {
  isTelnet: false,
  promptMark: undefined,
  answers: false,
  gmcp: undefined,
  hasGmcp: false,
  sendsBinary: true,
  set secret(_: boolean) {},
  offer() {},
  negotiate() {},
  subnegotiation() {},
  typed() {},
  setEcho() {},
  askBinary() {},
  charge: () => true,
  probe() {},
  close() {},
  statusText: () => '',
};
