import { Gmcp, type GmcpDelegate } from '../gmcp.js';
import { PLAIN, type Protocol } from '../protocol.js';
import type { TextReceiver, WebWire } from './web-wire.js';

/**
 * The protocol of a WebSocket that carries the terminal's bytes: pings, and GMCP in text frames. A class, since
 * every connection has one.
 */
export class WebProtocol implements Protocol, TextReceiver, GmcpDelegate {
  readonly isTelnet = PLAIN.isTelnet;
  readonly promptMark = PLAIN.promptMark;
  readonly sendsBinary = PLAIN.sendsBinary;
  readonly #wire: WebWire;
  #gmcp: Gmcp | undefined;

  constructor(wire: WebWire) {
    this.#wire = wire;
    wire.receiver = this;
  }

  get answers(): boolean {
    return this.#wire.answers;
  }
  probe(): void {
    this.#wire.ping();
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
  charge(): boolean {
    return this.#wire.mayAnswer;
  }
  statusText(): string {
    return PLAIN.statusText();
  }
  set secret(_: boolean) {}
  offer(): void {}
  negotiate(): void {}
  subnegotiation(): void {}
  typed(): void {}
  setEcho(): void {}
  askBinary(): void {}

  // Called by the wire. A client that sends such a message has GMCP: nothing is negotiated here.
  receive(text: string): void {
    this.gmcp.isOn = true;
    this.gmcp.receive(text);
  }

  // Called by GMCP.
  sendGmcp(text: string): void {
    this.#wire.sendText(text);
  }
  calledGmcp(): void {}
}
