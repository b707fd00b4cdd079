import type { Observable } from 'rxjs';
import type { Credentials } from './credentials.js';
import type { RefusalReason } from './refusal-reason.js';

/**
 * What an app or an authenticator writes: text (`\n` becomes the terminal's newline), or bytes that are sent
 * unchanged.
 */
export type Output = string | Uint8Array;

/**
 * How characters are encoded as bytes: UTF-8, CP437 (the IBM PC's letters and line drawings), or ASCII for
 * clients that have neither. Non-ASCII input of an ASCII client is read as Windows-1252.
 */
export type Encoding = 'utf-8' | 'cp437' | 'ascii';

/**
 * A key press: the character it types, or the key's name. Names have more than one character: `enter`,
 * `backspace`, `tab`, `escape`, `up`, `down`, `left`, `right`, `home`, `end`, `insert`, `delete`, `page-up`,
 * `page-down`, `f1` to `f12`, with modifiers as in `shift-up` or `ctrl-left`; `ctrl-a` to `ctrl-z`, `alt-x`,
 * `shift-tab`.
 */
export type Key = string;

/** The caller's window, and what its client negotiated. */
export interface Terminal {
  /** Columns of text; 80 until the client says otherwise. */
  readonly columns: number;
  /** Rows of text; 24 until the client says otherwise. */
  readonly rows: number;
  /**
   * True while the server echoes what is typed: as agreed with the client, as the caller chose, or because the
   * client negotiates nothing and sends each key.
   */
  readonly echo: boolean;
  /** The terminal type as the client sends it (`XTERM-256COLOR`, `syncterm`); `null` until it does. */
  readonly type: string | null;
  /** UTF-8 until the client's terminal type or the caller selects another. */
  readonly encoding: Encoding;
  /** True once the client is known to support colours (SGR of ECMA-48). */
  readonly colours: boolean;
  /** True once the client is known to support cursor movement and erasing (ECMA-48). */
  readonly cursor: boolean;
  /** True once the client reports a screen reader. `colours` and `cursor` are false then. */
  readonly screenReader: boolean;
  /** True for terminals that are known to show links (OSC 8). */
  readonly links: boolean;
  /** True for IBM PC terminals: the Delete key sends DEL, and Backspace sends BS. */
  readonly pcKeys: boolean;
}

/** A message beside the text, of a client with GMCP (https://mudstandards.org/mud/gmcp). */
export interface GmcpMessage {
  /** The name of its package: `Core.Supports.Set`, `Char.Login.Credentials`. */
  readonly name: string;
  /** Its value, from JSON; `undefined` if it has none. It comes from the client, and may be anything. */
  readonly value: unknown;
}

/** A caller's connection, as a transport emits it. */
export interface Connection {
  /** The caller's IPv4 or IPv6 address, as the transport knows it. */
  readonly address: string;
  /** The name of the transport, for events and `who`: `telnet`, `tls`, `web`, `ssh`, or one of your own. */
  readonly transport?: string | undefined;
  /**
   * Emits application bytes. They are valid only until the observer returns, since the next packet reuses the
   * memory. Completes at hang-up, also for a late subscriber. Errors with a `SessionEnd` when the transport
   * gives up on the caller (`protocol`, `lost`, `wrong-protocol`, `crawler`). Any other error is a
   * `connection-error`.
   */
  readonly input$: Observable<Uint8Array>;
  /**
   * Emits nothing. Completes when the caller is known not to speak another server's protocol, before that
   * packet's input is emitted, or when the connection is gone. Without it, the session opens at once.
   */
  readonly recognised$?: Observable<never> | undefined;
  /**
   * Emits what the client offers as proof of who the caller is, one at a time; the next one comes after the last
   * was rejected. Completes when the terminal is open, also for a late subscriber. Takes one subscriber at a time.
   * Until the first one the transport lets everybody in, and the caller is asked on the terminal. Undefined for a
   * transport without such proofs.
   */
  readonly credentials$?: Observable<Credentials> | undefined;
  /** Emits the current window at once, then each change. Completes with the connection. */
  readonly terminal$: Observable<Terminal>;
  /** The current window. */
  readonly terminal: Terminal;
  /** Emits nothing. Completes when the connection is gone for good, also for a late subscriber. */
  readonly closed$: Observable<never>;
  /** Emits nothing. Completes when the backlog is empty, or at once if the connection is closing. */
  readonly drained$: Observable<never>;
  /** Bytes received so far. */
  readonly bytesIn: number;
  /** Bytes sent so far, including the backlog. */
  readonly bytesOut: number;
  /** Bytes written that the kernel hasn't accepted yet. */
  readonly backlog: number;
  /**
   * Sends text or bytes; does nothing once closing. Text without a final newline is a prompt, and is marked
   * as one.
   */
  write(output: Output): void;
  /** Echoes what the caller typed. Like {@link Connection.write}, but never a prompt. */
  echo(text: string): void;
  /** Asks a client that echoes locally to hide what is typed, for a secret. */
  hideTyping(): void;
  /** Ends {@link Connection.hideTyping}. */
  showTyping(): void;
  /**
   * Returns bytes that the current subscriber has no use for. {@link Connection.input$} emits them first to
   * its next subscriber.
   */
  putBack(bytes: Uint8Array): void;
  /**
   * Shows the transport's own lines, such as the answer to telnet's AYT. Without a notifier they are simply
   * written.
   */
  notifier:
    | {
        /** Shows lines above the prompt and the line that is being typed. */
        notify(lines: string): void;
      }
    | undefined;
  /** Asks the client to send and take bytes as they are (telnet's BINARY), when the app first reads bytes. */
  askBinary?(): void;
  /**
   * Emits the client's GMCP messages: first the last one of each package so far, then new ones. Completes with the
   * connection. Without it, the transport has no such messages.
   */
  readonly gmcp$?: Observable<GmcpMessage> | undefined;
  /** Whether the client has GMCP. */
  readonly hasGmcp?: boolean | undefined;
  /** Sends a GMCP message, `Package.Name` followed by JSON, if the client has GMCP. */
  sendGmcp?(text: string): void;
  /** Sends what is written during `act` together, if the transport can. */
  batch?(act: () => void): void;
  /**
   * Uses this encoding from now on, whatever the client says later, and updates
   * {@link Connection.terminal}.
   */
  setEncoding(encoding: Encoding): void;
  /**
   * Echoes what is typed from now on, or leaves that to the client, whatever the client says later. Updates
   * {@link Connection.terminal}.
   */
  setEcho(on: boolean): void;
  /**
   * True once the client is known to answer probes. If it never does, only the transport can find out that the
   * client is gone (TCP keep-alive). It then ends the input as `lost`.
   */
  readonly answers: boolean;
  /** Asks the client for a sign of life that the caller doesn't see, if the client answers such requests. */
  probe(): void;
  /** Stops reading, so that TCP flow control makes the caller wait. */
  pause(): void;
  /** Resumes reading after {@link Connection.pause}. */
  resume(): void;
  /**
   * Tells a caller who is refused why, in the transport's own way; {@link Connection.close} follows. Without it,
   * the words are written. A transport with an expensive handshake may leave them out if the reason is about the
   * address (`blocked`, `rate`, `address`, `penalty`).
   */
  readonly refuse?:
    | ((words: string, reason: RefusalReason, retryInMs: number | undefined) => void)
    | undefined;
  /** Sends the backlog, then hangs up. */
  close(): void;
  /** Hangs up immediately and drops the backlog. */
  destroy(): void;
}
