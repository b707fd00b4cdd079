import { Observable } from 'rxjs';
import { CR } from '../../../streams/protocol/controls.js';
import { commandBytes, escapeIac } from '../../../streams/protocol/telnet-codec.js';
import { UNKNOWN_TERMINAL } from '../../../streams/terminal/unknown-terminal.js';
import type { Connection, Encoding, Output } from '../../../streams/types/connection.js';
import type { Protocol } from '../protocol.js';
import type { Wire } from '../wire.js';
import { asBuffer, encode, isAscii, utf8AsLatin1 } from './encodings.js';
import { latin1 } from './options.js';
import { Unsent } from './unsent.js';

/** The longest batch. Output during a chunk is sent together, up to this length. */
const BATCH_LENGTH = 64 * 1024;
/** Bytes from this length on are written without being batched: batching would convert them twice. */
const LONG_BYTES = 1024;
/** The length of the memory that bytes are copied to. */
const COPY_LENGTH = 64 * 1024;
/** Shared by all connections, as most writes are sent at once; memory of its own for each would cost as much as the write. */
let memory: Buffer | undefined;
/** For a longer string, Node allocates three times its length before it encodes. */
const SHORT_TEXT = 1024;

/**
 * The output of a connection: batches it, encodes it for the terminal, marks prompts, and writes it to the
 * stream. A class, since every connection has one.
 */
export class TelnetOutput
  implements Pick<Connection, 'write' | 'echo' | 'drained$' | 'bytesOut' | 'backlog'>
{
  /** The encoding of text that isn't encoded yet. */
  encoding: Encoding = UNKNOWN_TERMINAL.encoding;
  /** Whether the output ended, and takes no more. */
  closed = false;
  readonly #wire: Wire;
  readonly #protocol: Pick<Protocol, 'promptMark' | 'isTelnet'>;
  /** Output that isn't sent yet, since more may come: bytes as Latin-1, followed by text. */
  #bytes = '';
  #text = '';
  /** Output written while the socket was still sending. */
  #unsent: Unsent | undefined;
  #batching = false;
  /** Whether the last output was the echo of input, and no prompt. */
  #echoed = false;

  constructor(wire: Wire, protocol: Pick<Protocol, 'promptMark' | 'isTelnet'>) {
    this.#wire = wire;
    this.#protocol = protocol;
  }

  /** See {@link Connection.drained$}. */
  get drained$(): Observable<never> {
    return new Observable((subscriber) => {
      if (!this.isWritable() || this.backlog === 0) return subscriber.complete();
      this.send();
      const sent = () => subscriber.complete();
      // The callback of an empty write runs when all earlier output is sent, or the connection is closed.
      if (this.#unsent) this.#unsent.whenSent(sent);
      else this.#wire.write('', sent);
    });
  }
  /** See {@link Connection.bytesOut}. */
  get bytesOut(): number {
    return this.#wire.bytesWritten + (this.isWritable() ? this.unsentLength() : 0);
  }
  /** See {@link Connection.backlog}. */
  get backlog(): number {
    return this.#wire.writableLength + this.unsentLength();
  }

  /** See {@link Connection.write}. */
  write(output: Output): void {
    this.#echoed = false;
    this.put(output);
  }
  /** See {@link Connection.echo}. */
  echo(text: string): void {
    // Mark the prompt while it is still the last output.
    if (!this.#echoed && this.#text !== '' && this.#protocol.promptMark !== undefined) this.encode();
    this.#echoed = true;
    this.put(text);
  }
  /**
   * Sends a telnet command.
   *
   * @param bytes As Latin-1.
   */
  command(bytes: string): void {
    if (this.closed) return;
    this.encode();
    this.#bytes += bytes;
    if (!this.#batching) this.send();
  }

  /** Sends all output of `act` together. */
  batch(act: () => void): void {
    const within = this.beginBatch();
    try {
      act();
    } finally {
      this.endBatch(within);
    }
  }
  /** Begins a batch. Returns whether it is nested; then the outer batch ends both. */
  beginBatch(): boolean {
    const within = this.#batching;
    this.#batching = true;
    return within;
  }
  /** Ends a batch, with what `beginBatch` returned. */
  endBatch(within: boolean): void {
    this.#batching = within;
    if (!within) this.send();
  }

  /** Encodes the text that was written. */
  encode(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    this.#bytes += encodeText(text, this.encoding, this.#protocol.isTelnet);
    // A client that agreed to the mark may wait for it as the end of a prompt.
    const mark = this.#echoed || text.endsWith('\n') ? undefined : this.#protocol.promptMark;
    if (mark !== undefined) this.#bytes += latin1(commandBytes(mark));
  }

  /** Gives all output to the socket, and takes no more. */
  close(): void {
    this.send();
    this.sendUnsent();
    this.closed = true;
  }
  /** Drops all output, and takes no more. */
  discard(): void {
    this.closed = true;
    this.#bytes = this.#text = '';
    this.#unsent?.clear();
  }

  private put(output: Output): void {
    // Writing after end() would destroy the socket, and lose the last words.
    if (this.closed) return;
    if (typeof output === 'string') this.#text += output;
    else if (output.length >= LONG_BYTES) {
      this.putLong(output);
      return;
    } else {
      this.encode();
      this.#bytes += latin1(this.#protocol.isTelnet ? escapeIac(output) : output);
    }
    if (!this.#batching || this.#bytes.length + this.#text.length > BATCH_LENGTH) this.send();
  }

  /** Sends what was written so far, and then these bytes. */
  private putLong(output: Uint8Array): void {
    this.send();
    if (!this.isWritable()) return;
    const wire = this.#wire;
    // As a Buffer, which Node searches ten times as fast.
    const plain = asBuffer(output);
    const bytes = this.#protocol.isTelnet ? escapeIac(plain) : plain;
    if (this.mustWait) this.unsent.add(bytes);
    // Copied, since the app may use its memory again before all is sent; unless the copy is escaped already.
    else if (bytes !== plain) wire.write(bytes);
    else
      for (let at = 0; at < bytes.length; at += COPY_LENGTH)
        this.writeCopy(bytes.subarray(at, at + COPY_LENGTH));
  }

  private writeCopy(bytes: Uint8Array): void {
    const wire = this.#wire;
    if (this.mustWait) {
      this.unsent.add(bytes);
      return;
    }
    memory ??= Buffer.allocUnsafeSlow(COPY_LENGTH);
    memory.set(bytes);
    wire.write(memory.subarray(0, bytes.length));
    // It belongs to the wire until that has sent it.
    if (wire.writableLength > 0) memory = undefined;
  }

  /** Whether output waits: for the stream, or behind what waits for it already. */
  private get mustWait(): boolean {
    return this.#unsent !== undefined || this.#wire.writableLength > 0;
  }
  private isWritable(): boolean {
    return !this.closed && this.#wire.writable;
  }
  private unsentLength(): number {
    return this.#bytes.length + this.#text.length + (this.#unsent?.length ?? 0);
  }

  private send(): void {
    if (!this.isWritable()) return;
    if (this.mustWait) {
      this.keepUnsent();
      return;
    }
    const text = this.#text;
    // The usual case. UTF-8 contains no IAC, and this is Node's fastest way to write.
    if (text.length < SHORT_TEXT && text.endsWith('\n') && this.#bytes === '' && this.encoding === 'utf-8') {
      this.#text = '';
      this.#wire.write(withCrLf(text), 'utf8');
      return;
    }
    this.encode();
    const bytes = this.#bytes;
    if (bytes === '') return;
    this.#bytes = '';
    this.#wire.write(bytes, 'latin1');
  }

  /** Keeps output until the socket has sent what it has. */
  private keepUnsent(): void {
    this.encode();
    const bytes = this.#bytes;
    if (bytes === '') return;
    this.#bytes = '';
    this.unsent.add(bytes);
  }
  private get unsent(): Unsent {
    if (!this.#unsent) {
      this.#unsent = new Unsent();
      this.#wire.write('', () => this.sendUnsent());
    }
    return this.#unsent;
  }
  private sendUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = undefined;
    unsent?.flush((bytes, sent) => this.#wire.write(bytes, sent));
  }
}

/** Encodes a text with telnet's newlines, as Latin-1. */
function encodeText(text: string, encoding: Encoding, isTelnet: boolean): string {
  // UTF-8 contains no IAC, and no CR or LF but those of the text.
  if (encoding === 'utf-8') return withCrLf(utf8AsLatin1(text));
  const lines = withCrLf(text);
  // Tests `text` rather than `lines`, since it is a flat string by now and faster to scan.
  if (isAscii(text)) return lines;
  const bytes = encode(lines, encoding);
  return latin1(isTelnet ? escapeIac(bytes) : bytes);
}

function withCrLf(text: string): string {
  const last = text.length - 1;
  // The usual case: one line.
  if (text.indexOf('\n') === last && text.charCodeAt(last - 1) !== CR) return `${text.slice(0, last)}\r\n`;
  return text.includes('\r') ? text.replace(/\r?\n/g, '\r\n') : text.replaceAll('\n', '\r\n');
}
