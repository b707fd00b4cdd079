/**
 * The call to the board: a WebSocket that is opened again when the network was away.
 *
 * Frames: binary ones are the terminal's bytes. Text frames are `Package.Name json` (docs/web.md).
 */

/** The subprotocol (mudstandards.org/websocket). */
const SUBPROTOCOL = 'terminal.mudstandards.org';

/**
 * How long to wait before each attempt to connect again, at most. At least it is half of it: not all pages shall come
 * at once when a board starts again. Afterwards the caller is asked.
 */
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000];

/** How much is shown before it is acknowledged. */
const ACKNOWLEDGE_BYTES = 100_000;
/** How long after the last output the rest is acknowledged. */
const ACKNOWLEDGE_MS = 250;

/** The longest input of one frame. The server takes 64 KiB. */
const MAX_INPUT_BYTES = 16 * 1024;

const CLOSED = { normal: 1000, blocked: 1008, tryLater: 1013, networkChanged: 4000, takenOver: 4001 };

/**
 * How the call stands: `away` while it is tried again, `over` when the caller has to ask for it.
 *
 * @typedef {'connecting' | 'open' | 'away' | 'over'} State
 */

/**
 * @typedef {object} Delegate
 * @property {(bytes: Uint8Array, shown: () => void) => void} show Shows output, and calls `shown` when it is drawn.
 * @property {() => void} clear Clears the screen.
 * @property {(state: State, words: string) => void} changed
 * @property {() => { columns: number, rows: number }} size
 */

/** Calls the board and holds on to the call. */
export class Call {
  /** @type {Delegate} */
  #delegate;
  /** @type {WebSocket | undefined} */
  #socket;
  /** What proves to the board that the session is ours. */
  #token = stored();
  /** Whether the screen shows the session's output up to {@link Call.#received}. */
  #isShown = false;
  /** Positions in the session's output: what has come, is drawn, and was acknowledged. */
  #received = 0;
  #drawn = 0;
  #acknowledged = 0;
  /** How often the screen was cleared for a session. */
  #screens = 0;
  /** Up to here, output is shown again, and the terminal's answers to it are old. */
  #repeatedTo = 0;
  #tries = 0;
  #timer = 0;
  #acknowledging = 0;
  #encoder = new TextEncoder();

  /** @param {Delegate} delegate */
  constructor(delegate) {
    this.#delegate = delegate;
    addEventListener('online', () => this.#renew());
  }

  /** Calls, or goes on with the session that this page or its predecessor had. */
  connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#socket) return;
    if (this.#tries === 0) this.#delegate.changed('connecting', 'Connecting…');
    const isResuming = this.#token !== null;
    const { columns, rows } = this.#delegate.size();
    const url = new URL(location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.hash = '';
    url.search = `?session=${isResuming ? 'resume' : 'new'}&columns=${columns}&rows=${rows}`;
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      if (isResuming)
        this.#tell('Impulse.Resume', {
          token: this.#token,
          ...(this.#isShown ? { received: this.#received } : {}),
        });
      this.resized();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#told(data, isResuming);
      else this.#output(new Uint8Array(data));
    };
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  /** Connects again over another network: nothing more may come over the old one. */
  #renew() {
    const socket = this.#socket;
    if (socket && socket.readyState !== WebSocket.OPEN) return;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close(CLOSED.networkChanged);
      this.#socket = undefined;
    }
    if (socket || this.#timer !== 0) this.connect();
  }

  /** Calls again, as the caller asked. */
  again() {
    this.#tries = 0;
    this.connect();
  }

  /**
   * Sends what was typed.
   *
   * @param {string | Uint8Array} input
   */
  type(input) {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#drawn < this.#repeatedTo) return;
    const bytes = typeof input === 'string' ? this.#encoder.encode(input) : input;
    for (let at = 0; at < bytes.length; at += MAX_INPUT_BYTES)
      this.#socket.send(bytes.slice(at, at + MAX_INPUT_BYTES));
  }

  /** Tells the board the size of the window. */
  resized() {
    this.#tell('Impulse.Window', this.#delegate.size());
  }

  /**
   * Tells the board whether a screen reader reads the screen.
   *
   * @param {boolean} on
   */
  hasScreenReader(on) {
    this.#tell('Impulse.ScreenReader', { on });
  }

  /**
   * @param {string} name
   * @param {object} value
   */
  #tell(name, value) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(`${name} ${JSON.stringify(value)}`);
  }

  /**
   * Handles a text frame. Unknown ones are ignored.
   *
   * @param {string} frame
   * @param {boolean} isResuming
   */
  #told(frame, isResuming) {
    const [, name, json] = /^(\S+)\s+(.*)$/s.exec(frame) ?? [];
    if (name !== 'Impulse.Session' || json === undefined) return;
    const { token, bytes, resumed, reset, to = bytes } = JSON.parse(json);
    this.#token = token;
    store(token);
    if (reset) {
      this.#delegate.clear();
      this.#screens += 1;
      this.#received = bytes;
      this.#drawn = bytes;
      this.#acknowledged = bytes;
    }
    this.#repeatedTo = resumed && reset ? to : 0;
    this.#isShown = true;
    this.#tries = 0;
    const isNew = isResuming && !resumed;
    this.#delegate.changed('open', isNew ? 'Your last session is over. This is a new one.' : 'Connected');
  }

  /** @param {Uint8Array} bytes */
  #output(bytes) {
    this.#received += bytes.length;
    const [position, screen] = [this.#received, this.#screens];
    this.#delegate.show(bytes, () => {
      // It was meant for the screen before.
      if (screen !== this.#screens) return;
      this.#drawn = position;
      if (this.#drawn - this.#acknowledged >= ACKNOWLEDGE_BYTES) this.#acknowledge();
      else if (this.#acknowledging === 0)
        this.#acknowledging = setTimeout(() => this.#acknowledge(), ACKNOWLEDGE_MS);
    });
  }

  #acknowledge() {
    clearTimeout(this.#acknowledging);
    this.#acknowledging = 0;
    if (this.#drawn <= this.#acknowledged) return;
    this.#acknowledged = this.#drawn;
    this.#tell('Impulse.Ack', { bytes: this.#drawn });
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    this.#socket = undefined;
    const words = {
      [CLOSED.normal]: 'The call has ended.',
      [CLOSED.takenOver]: 'The session goes on in another window.',
      [CLOSED.blocked]: reason || 'The board does not take your call.',
      [CLOSED.tryLater]: reason || 'The board is busy. Please call again later.',
    }[code];
    if (words !== undefined) return this.#end(words);
    const mostMs = RETRY_MS[this.#tries];
    // The session may still be there, and so its token stays.
    if (mostMs === undefined) return this.#delegate.changed('over', 'The board can’t be reached.');
    this.#tries += 1;
    this.#delegate.changed('away', navigator.onLine ? 'Reconnecting…' : 'No network. Reconnecting…');
    this.#timer = setTimeout(() => this.connect(), (mostMs * (1 + Math.random())) / 2);
  }

  /** @param {string} words */
  #end(words) {
    this.#token = null;
    this.#isShown = false;
    store(null);
    this.#delegate.changed('over', words);
  }
}

const STORED = 'impulse.session';

/** The token of the session that this window had before it was loaded again. */
function stored() {
  try {
    return sessionStorage.getItem(STORED);
  } catch {
    // The browser keeps nothing for this page.
    return null;
  }
}

/** @param {string | null} token */
function store(token) {
  try {
    if (token === null) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, token);
  } catch {}
}
