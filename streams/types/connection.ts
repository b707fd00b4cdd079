import type { Observable } from 'rxjs';

/** What an app or an authenticator writes: text (`\n` becomes the terminal's newline), or bytes sent as they are. */
export type Output = string | Uint8Array;

/**
 * How a terminal's letters are written as bytes: UTF-8, the letters and line drawings of the IBM PC, or ASCII, for clients
 * that have neither. What an ASCII client types beyond ASCII is read as Windows-1252.
 */
export type Encoding = 'utf-8' | 'cp437' | 'ascii';

/**
 * A key that was pressed: the character it types, or the name of one that types none. Names are longer than a
 * character: `enter`, `backspace`, `tab`, `escape`, `up`, `down`, `left`, `right`, `home`, `end`, `insert`, `delete`,
 * `page-up`, `page-down`, `f1` to `f12`, also as `shift-up`, `ctrl-left` and the like; `ctrl-a` to `ctrl-z`, `alt-x`,
 * `shift-tab`.
 */
export type Key = string;

/** The caller's window and what its client agreed to. */
export interface Terminal {
  /** Columns of text; 80 until the client says otherwise. */
  readonly columns: number;
  /** Rows of text; 24 until the client says otherwise. */
  readonly rows: number;
  /** True once the client left the echoing of what is typed to us. */
  readonly echo: boolean;
  /** What the client calls its terminal, as it spells it (`XTERM-256COLOR`, `syncterm`); `null` until it says so. */
  readonly type: string | null;
  /** UTF-8, until the client's terminal or the caller asks for something else. */
  readonly encoding: Encoding;
  /** True once the client is known to show colours (SGR of ECMA-48). */
  readonly colours: boolean;
  /** True once the client is known to understand moves of the cursor and erasing (ECMA-48). */
  readonly cursor: boolean;
  /** True once the client says that a screen reader reads to its caller: `colours` and `cursor` are false then. */
  readonly screenReader: boolean;
  /** True for a terminal of the IBM PC's kind: its Delete sends DEL, and its Backspace BS. */
  readonly pcKeys: boolean;
}

/** What a transport hands over: one caller's line, before anybody decided what to do with it. */
export interface Connection {
  /** The caller's address as the transport knows it, IPv4 or IPv6. */
  readonly address: string;
  /**
   * Application bytes, good until the observer returns: their memory is the next packet's. Completes at hang-up, also when
   * that was before subscribing. Errors with a `SessionEnd` when the transport itself gives the caller up (`protocol`, `lost`,
   * `wrong-protocol`, `crawler`); any other error is a `connection-error`.
   */
  readonly input$: Observable<Uint8Array>;
  /**
   * Emits nothing and completes when it is known that the caller speaks no protocol of another server, before the input of that
   * packet, or when the connection is gone. Left out where that can't be; the session is opened at once then.
   */
  readonly recognised$?: Observable<never> | undefined;
  /** The caller's window: the present one at once, then each change. Completes with the connection. */
  readonly terminal$: Observable<Terminal>;
  /** The window as it is now. */
  readonly terminal: Terminal;
  /** Emits nothing and completes when the connection is gone for good, also when that was before subscribing. */
  readonly closed$: Observable<never>;
  /** Emits nothing and completes when the backlog is empty; at once if it is, or if the connection is closing. */
  readonly drained$: Observable<never>;
  /** Bytes received so far. */
  readonly bytesIn: number;
  /** Bytes sent so far, those still in the backlog included. */
  readonly bytesOut: number;
  /** Bytes written that the kernel has not taken yet. */
  readonly backlog: number;
  /** Sends text or bytes; a no-op once closing. Text without a newline at its end is a prompt, and is marked as one. */
  write(output: Output): void;
  /** Sends what the caller typed back to them. As {@link Connection.write}, but it is no prompt. */
  echo(text: string): void;
  /** Asks a client that shows what is typed by itself to hide it: a secret is typed next. */
  hideTyping(): void;
  /** Ends what {@link Connection.hideTyping} asked for. */
  showTyping(): void;
  /** Hands bytes to the next subscriber of {@link Connection.input$}, before all that comes: the present one has no use for them. */
  putBack(bytes: Uint8Array): void;
  /** Takes the transport's own lines, such as an answer to telnet's AYT. While there is none, they are just written. */
  notifier: { notify(lines: string): void } | undefined;
  /** Has what is written during `act` sent together, where the transport can do that. */
  batch?(act: () => void): void;
  /** Writes in this encoding from now on, and tells it to {@link Connection.terminal}, whatever the client says later. */
  setEncoding(encoding: Encoding): void;
  /**
   * Whether the client gave a sign of life when it was asked for one. Where it never did, that it is there no more is for the
   * transport to find out, which ends the input as `lost` (TCP's keepalive).
   */
  readonly answers: boolean;
  /** Asks the client for a sign of life that no caller sees, if it is one that answers. */
  probe(): void;
  /** Stops reading from the caller, so that their own kernel makes them wait. */
  pause(): void;
  /** Reads on after {@link Connection.pause}. */
  resume(): void;
  /** Sends what is in the backlog, then hangs up. */
  close(): void;
  /** Hangs up now; what is in the backlog is lost, and the connection gone. */
  destroy(): void;
}
