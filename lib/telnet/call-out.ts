import { connect, type Socket } from 'node:net';
import type { ReadStream, WriteStream } from 'node:tty';
import { type Observable, Subscription } from 'rxjs';
import {
  escapeIac,
  negotiationBytes,
  subnegotiationBytes,
  TelnetDecoder,
  type TelnetHandler,
  type Verb,
} from '../../streams/protocol/codec.js';
import { harmless } from '../../streams/terminal/harmless.js';
import { CallerOptions, type CallerOptionsHost } from './caller-options.js';
import { decoder } from './encodings.js';
import { latin1 } from './options.js';

/** Ctrl-], which leaves, as in every telnet client. */
const LEAVE = 0x1d;

/** As a shell has it: 128, and the number of the signal. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};

/** Where a call goes, and the person's terminal. */
export interface CallOut {
  readonly host: string;
  readonly port: number;
  /** Keys, if it is a terminal; else text that is sent as lines. */
  readonly input: ReadStream | NodeJS.ReadStream;
  readonly output: WriteStream | NodeJS.WriteStream;
  /** Says how the call stands, to the person. */
  readonly tell: (text: string) => void;
  readonly signal$: Observable<NodeJS.Signals>;
  /** The kind of terminal, as in `TERM`. */
  readonly type: string;
}

/**
 * Calls a board and lets a person talk to it, key by key once the board shows what is typed, line by line until then.
 * What the board says is made harmless before it gets to the terminal. Resolves with the exit code when the call is
 * over: 0 after either side hung up, 1 when there was no connection or it broke, 129, 130, 131 or 143 after a signal; the
 * terminal is then as it was.
 */
export function callOut(call: CallOut): Promise<number> {
  return new Promise((resolve) => {
    const { host, port, tell } = call;
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    const over = new Subscription();
    const end = (code: number, words: string) => {
      if (over.closed) return;
      over.unsubscribe();
      socket.destroy();
      tell(words);
      resolve(code);
    };
    over.add(call.signal$.subscribe((signal) => end(EXIT_CODES[signal] ?? 1, `\n${signal}: hung up.\n`)));
    let connected = false;
    socket.on('error', (error) => end(1, connected ? broken(host, error) : unreachable(host, port, error)));
    socket.on('end', () => end(0, `\n${host} hung up.\n`));
    socket.on('close', () => end(0, `\n${host} hung up.\n`));
    socket.on('connect', () => {
      connected = true;
      const how = call.input.isTTY ? ' Ctrl-] hangs up.' : '';
      tell(`Connected to ${host} port ${port}.${how}\n`);
      over.add(
        talk(
          socket,
          call,
          () => end(0, '\nYou hung up.\n'),
          () => end(1, `\n${host} only negotiates.\n`),
        ),
      );
    });
  });
}

/** Runs the conversation; unsubscribing leaves the terminal as it was. */
function talk(
  socket: Socket,
  { input, output, type }: CallOut,
  leave: () => void,
  abused: () => void,
): Subscription {
  const running = new Subscription();
  const screen = harmless();
  const textOf = decoder('utf-8');
  const isTerminal = input.isTTY === true;
  let keyByKey = false;

  // What came through a pipe has its end, and what still comes to be answered doesn't care.
  const answer = (bytes: Uint8Array) => void (socket.writable && socket.write(bytes));
  const host: CallerOptionsHost & TelnetHandler = {
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
      if (output.write(screen.filter(textOf(bytes)))) return;
      if (socket.isPaused()) return;
      socket.pause();
      output.once('drain', () => socket.resume());
    },
    command() {},
    negotiate: (verb, option) => options.negotiate(verb, option),
    subnegotiation: (option, payload) => options.subnegotiation(option, payload),
    dropped() {},
  };
  const options = new CallerOptions(host);
  const hearKeys = (keys: Uint8Array) => {
    const left = isTerminal ? keys.indexOf(LEAVE) : -1;
    const bytes = left === -1 ? keys : keys.subarray(0, left);
    if (bytes.length > 0 && !socket.write(escapeIac(entered(bytes, keyByKey, options.isBinary)))) {
      input.pause();
      socket.once('drain', () => input.resume());
    }
    if (left !== -1) leave();
  };
  const resized = () => options.resized();
  // The board hears the end of a file as a hang-up, and has the last word.
  const ended = () => void socket.end();

  const telnet = new TelnetDecoder(host);
  const hear = (chunk: Uint8Array) => {
    if (!running.closed) telnet.read(chunk);
  };
  socket.on('data', hear);
  input.on('data', hearKeys);
  input.on('end', ended);
  output.on('resize', resized);
  running.add(() => {
    input.off('data', hearKeys);
    input.off('end', ended);
    output.off('resize', resized);
    input.pause();
    if (isTerminal) input.setRawMode(false);
    output.write(screen.restored());
  });
  return running;
}

/** What was typed, as telnet sends it: the end of a line is CR LF, an Enter that was pressed CR NUL (RFC 854). */
function entered(typed: Uint8Array, keyByKey: boolean, binary: boolean): Uint8Array {
  const text = latin1(typed);
  if (!keyByKey) return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1');
  return binary ? typed : Buffer.from(text.replace(/\r/g, '\r\0'), 'latin1');
}

function unreachable(host: string, port: number, error: NodeJS.ErrnoException): string {
  const why: Record<string, string> = {
    ECONNREFUSED: 'nobody listens there',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: "the name can't be looked up now",
    ETIMEDOUT: "it doesn't answer",
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it',
  };
  return `impulse: can't call ${host} port ${port}: ${why[error.code ?? ''] ?? error.message}\n`;
}

const broken = (host: string, { code }: NodeJS.ErrnoException) =>
  code === 'ECONNRESET' ? `\n${host} hung up.\n` : `\nThe line to ${host} broke (${code}).\n`;
