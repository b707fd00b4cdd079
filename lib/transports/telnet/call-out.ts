import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ReadStream, WriteStream } from 'node:tty';
import { type Observable, Subscription } from 'rxjs';
import {
  escapeIac,
  negotiationBytes,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../../streams/protocol/telnet-codec.js';
import { filterOutput } from '../../../streams/terminal/filter-output.js';
import { CallerOptions, type CallerOptionsDelegate } from './caller-options.js';
import { decoder } from './encodings.js';
import { latin1 } from './options.js';

/** Ctrl-], which ends the call, as in every telnet client. */
const LEAVE = 0x1d;

/** As in a shell: 128 plus the number of the signal. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};

/** The address to call, and the person's terminal. */
export interface CallOut {
  readonly host: string;
  readonly port: number;
  /** Whether to call over TLS, with the certificate checked against the host's name. */
  readonly isSecure: boolean;
  /** Keys, if it is a terminal; otherwise text that is sent line by line. */
  readonly input: ReadStream | NodeJS.ReadStream;
  readonly output: WriteStream | NodeJS.WriteStream;
  /** Shows the person the state of the call. */
  readonly tell: (text: string) => void;
  readonly signal$: Observable<NodeJS.Signals>;
  /** The type of the terminal, as in `TERM`. */
  readonly type: string;
  /**
   * The PROXY header that names the caller whose terminal this is, for a board of our own. All bytes are then the
   * board's and the caller's: no key hangs up, and nothing is filtered, decoded or told but failures.
   */
  readonly proxyHeader?: string | undefined;
}

/**
 * Calls a board and connects it to a person's terminal. Sends each key if the board echoes, otherwise whole
 * lines. Makes the board's output safe for the terminal. Resolves with the exit code at the end of the call,
 * with the terminal restored: 0 after either side hung up, 1 if the connection failed or broke, 129, 130, 131
 * or 143 after a signal.
 */
export function callOut(call: CallOut): Promise<number> {
  return new Promise((resolve) => {
    const { host, port, tell } = call;
    const where = { host, port, noDelay: true, keepAlive: true };
    // A name, not an address, is sent to the host (RFC 6066).
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = call.isSecure ? connectTls({ ...where, ...name }) : connect(where);
    const over = new Subscription();
    const isOwn = call.proxyHeader !== undefined;
    const end = (code: number, words: string) => {
      if (over.closed) return;
      over.unsubscribe();
      socket.destroy();
      if (code === 1 || !isOwn) tell(words);
      resolve(code);
    };
    over.add(call.signal$.subscribe((signal) => end(EXIT_CODES[signal] ?? 1, `\n${signal}: hung up.\n`)));
    let connected = false;
    socket.on('error', (error) =>
      end(1, connected ? describeBroken(host, error) : describeUnreachable(host, port, error)),
    );
    socket.on('end', () => end(0, `\n${host} hung up.\n`));
    socket.on('close', () => end(0, `\n${host} hung up.\n`));
    socket.on(call.isSecure ? 'secureConnect' : 'connect', () => {
      connected = true;
      const how = call.input.isTTY ? ' Ctrl-] hangs up.' : '';
      if (isOwn) socket.write(call.proxyHeader ?? '');
      else tell(`Connected to ${host} port ${port}.${how}\n`);
      over.add(
        talk(
          socket,
          call,
          () => end(0, '\nYou hung up.\n'),
          () => end(1, `\n${host} sends only telnet negotiation.\n`),
        ),
      );
    });
  });
}

/** Runs the call. Unsubscribing restores the terminal. */
function talk(
  socket: Socket,
  { input, output, type, proxyHeader }: CallOut,
  leave: () => void,
  abused: () => void,
): Subscription {
  const running = new Subscription();
  const screen = filterOutput();
  const textOf = decoder('utf-8');
  const isTerminal = input.isTTY === true;
  const isOwn = proxyHeader !== undefined;
  let keyByKey = false;

  // After the end of piped input the socket is closed for writing. Negotiation that still comes needs no
  // answer.
  const answer = (bytes: Uint8Array) => void (socket.writable && socket.write(bytes));
  const delegate: CallerOptionsDelegate & TelnetHandler = {
    get terminal() {
      return { type, columns: output.columns ?? 80, rows: output.rows ?? 24 };
    },
    send: (verb: Verb, option) => answer(negotiationBytes(verb, option)),
    sendSubnegotiation: (option, payload) => answer(subnegotiationBytes(option, payload)),
    echoChanged(on) {
      keyByKey = on && isTerminal;
      if (isTerminal) input.setRawMode(on);
    },
    abused,
    data(bytes) {
      if (output.write(isOwn ? Buffer.from(bytes) : screen.filter(textOf(bytes)))) return;
      if (socket.isPaused()) return;
      socket.pause();
      output.once('drain', () => socket.resume());
    },
    command() {},
    negotiate: (verb, option) => options.negotiate(verb, option),
    subnegotiation: (option, payload) => options.subnegotiation(option, payload),
    dropped() {},
  };
  const options = new CallerOptions(delegate);
  const hearKeys = (keys: Uint8Array) => {
    const left = isTerminal && !isOwn ? keys.indexOf(LEAVE) : -1;
    const bytes = left === -1 ? keys : keys.subarray(0, left);
    if (bytes.length > 0 && !socket.write(escapeIac(encodeTyped(bytes, keyByKey, options.isBinary)))) {
      input.pause();
      socket.once('drain', () => input.resume());
    }
    if (left !== -1) leave();
  };
  const resize = () => options.resized();
  // The board sees the end of the input as a hang-up, and may still send its last words.
  const endInput = () => void socket.end();

  const telnet = new TelnetDecoder(delegate);
  const hear = (chunk: Uint8Array) => {
    if (!running.closed) telnet.read(chunk);
  };
  socket.on('data', hear);
  input.on('data', hearKeys);
  input.on('end', endInput);
  output.on('resize', resize);
  running.add(() => {
    input.off('data', hearKeys);
    input.off('end', endInput);
    output.off('resize', resize);
    input.pause();
    if (isTerminal) input.setRawMode(false);
    if (!isOwn) output.write(screen.restored());
  });
  return running;
}

/** Encodes typed bytes for telnet: the end of a line is CR LF, a pressed Enter is CR NUL (RFC 854). */
function encodeTyped(typed: Uint8Array, keyByKey: boolean, binary: boolean): Uint8Array {
  const text = latin1(typed);
  if (!keyByKey) return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1');
  return binary ? typed : Buffer.from(text.replace(/\r/g, '\r\0'), 'latin1');
}

function describeUnreachable(host: string, port: number, error: NodeJS.ErrnoException): string {
  const certificate = CERTIFICATE_ERRORS[error.code ?? ''];
  if (certificate !== undefined) return `impulse: ${host} port ${port} isn't to be trusted: ${certificate}\n`;
  const why: Record<string, string> = {
    EPROTO: "it doesn't speak TLS there",
    ECONNREFUSED: 'no program listens there',
    ENOTFOUND: 'the host name is unknown',
    EAI_AGAIN: "the name can't be looked up now",
    ETIMEDOUT: "it doesn't answer",
    EHOSTUNREACH: 'there is no route to it',
    ENETUNREACH: 'there is no route to it',
  };
  return `impulse: can't call ${host} port ${port}: ${why[error.code ?? ''] ?? error.message}\n`;
}

/** OpenSSL's codes for certificates, and what they mean (X509_verify_cert_error_string(3)). */
const CERTIFICATE_ERRORS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: "its certificate isn't valid yet",
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; trust it with NODE_EXTRA_CA_CERTS=FILE',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority, or without its chain',
};

const describeBroken = (host: string, { code }: NodeJS.ErrnoException) =>
  code === 'ECONNRESET' ? `\n${host} hung up.\n` : `\nThe connection to ${host} broke (${code}).\n`;
