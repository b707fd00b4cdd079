import { UNKNOWN_TERMINAL } from '../../../streams/terminal/unknown-terminal.js';
import type { Terminal } from '../../../streams/types/connection.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { BoardOptions } from '../telnet/board-options.js';
import { SocketConnection } from '../telnet/socket-connection.js';
import { WebProtocol } from './web-protocol.js';
import { CLOSE, type WebHandshake, WebWire, type WebWireOptions } from './web-wire.js';

/** The terminal of a page: xterm.js, before its size is known. */
const PAGE_TERMINAL: Terminal = {
  ...UNKNOWN_TERMINAL,
  type: 'xterm-256color',
  echo: true,
  colours: true,
  cursor: true,
  links: true,
};

/** What is known of a caller from its request. */
export interface WebConnectionOptions extends WebWireOptions {
  readonly address: string;
  /** The name of the board, for crawlers that speak telnet. */
  readonly name: string;
  /** The caller's window, if it is known. */
  readonly window?: Pick<Terminal, 'columns' | 'rows'> | undefined;
}

/**
 * Makes a connection of a WebSocket whose handshake isn't answered. It is answered when the connection is first
 * read from or written to.
 */
export function webConnection(handshake: WebHandshake, options: WebConnectionOptions): WebConnection {
  const wire = new WebWire(handshake, options);
  const connection = new WebConnection(wire, options);
  wire.connection = connection;
  if (options.window) connection.resize(options.window.columns, options.window.rows);
  // At once, so that no frame is missed.
  if (handshake.isAnswered) wire.open();
  return connection;
}

/** A connection over a WebSocket. */
class WebConnection extends SocketConnection {
  readonly #wire: WebWire;

  constructor(wire: WebWire, { address, isTerminal, name }: WebConnectionOptions) {
    super(wire, {
      address,
      transport: 'web',
      terminal: isTerminal ? PAGE_TERMINAL : UNKNOWN_TERMINAL,
      protocol: (delegate) =>
        isTerminal ? new WebProtocol(wire) : new BoardOptions(delegate, () => ({ NAME: name })),
    });
    this.#wire = wire;
  }

  /**
   * Sends the words over the WebSocket, and closes it with a code that says whether to try again. When the whole board
   * is called too often, an answer in HTTP has to do.
   */
  refuse(words: string, reason: RefusalReason, retryInMs: number | undefined): void {
    if (reason === 'rate' && this.#wire.decline(retryInMs)) return;
    this.#wire.closeCode = reason === 'blocked' ? CLOSE.BLOCKED : CLOSE.TRY_LATER;
    const line = words.trim().replace(/\s+/g, ' ');
    // RFC 6455, section 5.5.
    if (Buffer.byteLength(line) <= 123) this.#wire.closeReason = line;
    this.write(words);
  }
}
