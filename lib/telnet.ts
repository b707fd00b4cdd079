import type { Socket } from 'node:net';
import { Observable, type Subscriber } from 'rxjs';
import { COMMAND, escapeIac, telnetDecoder } from '../streams/codec.js';
import { SessionEnd } from '../streams/session-end.js';
import type { Connection, Output, Terminal } from '../streams/types.js';
import { negotiator } from './negotiator.js';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
/** A window that is larger isn't one. */
const MOST_CELLS = 1000;

/** Answers "are you there?" (RFC 854) with something a person can see. */
const HERE = '[Yes]\r\n';

/**
 * Telnet on a socket: what the caller types comes out of `input$`, free of telnet's commands; what is written is
 * escaped, and `\n` in text becomes CR LF. The options are offered when `input$` is first subscribed to, so that
 * a caller who is refused isn't negotiated with.
 */
export function telnet(socket: Socket): Connection {
  let reader: Subscriber<Uint8Array> | undefined;
  let watchers: Set<Subscriber<Terminal>> | undefined;
  let terminal: Terminal = { columns: DEFAULT_COLUMNS, rows: DEFAULT_ROWS, echo: false };
  let greeted = false;
  let closing = false;
  let hungUp = false;
  let gone = false;
  let abuse: SessionEnd | undefined;

  const hangUp = () => {
    hungUp = true;
    reader?.complete();
  };
  const become = (change: Partial<Terminal>) => {
    const now = { ...terminal, ...change };
    if (now.columns === terminal.columns && now.rows === terminal.rows && now.echo === terminal.echo) return;
    terminal = now;
    for (const watcher of [...(watchers ?? [])]) watcher.next(terminal);
  };
  const cells = (count: number, otherwise: number) => (count === 0 ? otherwise : Math.min(count, MOST_CELLS));

  const options = negotiator({
    send: (verb, option) => void socket.write(Uint8Array.of(COMMAND.IAC, verb, option)),
    echoChanged: (echo) => become({ echo }),
    resized: (columns, rows) =>
      become({ columns: cells(columns, DEFAULT_COLUMNS), rows: cells(rows, DEFAULT_ROWS) }),
    abused() {
      abuse = new SessionEnd('protocol');
      reader?.error(abuse);
    },
  });
  const decode = telnetDecoder({
    data: (bytes) => reader?.next(bytes),
    command(code) {
      if (code === COMMAND.AYT && options.mayReply()) socket.write(HERE);
    },
    negotiate: options.negotiate,
    subnegotiation: options.subnegotiation,
    dropped: () => {},
  });

  socket.on('error', () => {}); // A reset is a hang-up: 'close' follows.
  socket.on('end', hangUp);
  socket.on('close', () => {
    gone = true;
    hangUp();
    for (const watcher of [...(watchers ?? [])]) watcher.complete();
  });
  socket.on('data', (chunk) => {
    if (!closing && !abuse) decode(chunk);
  });
  // Nothing is read before somebody listens.
  socket.pause();

  return {
    address: socket.remoteAddress ?? '',
    input$: new Observable((subscriber) => {
      if (abuse) return subscriber.error(abuse);
      if (hungUp || closing) return subscriber.complete();
      reader = subscriber;
      subscriber.add(() => {
        if (reader === subscriber) reader = undefined;
        if (!closing) socket.pause();
      });
      if (!greeted) {
        greeted = true;
        options.offer();
      }
      socket.resume();
    }),
    terminal$: new Observable((subscriber) => {
      subscriber.next(terminal);
      if (gone) return subscriber.complete();
      watchers ??= new Set();
      watchers.add(subscriber);
      subscriber.add(() => watchers?.delete(subscriber));
    }),
    get terminal() {
      return terminal;
    },
    closed$: new Observable((subscriber) => {
      if (gone) return subscriber.complete();
      const done = () => subscriber.complete();
      socket.once('close', done);
      subscriber.add(() => socket.off('close', done));
    }),
    get bytesIn() {
      return socket.bytesRead;
    },
    get bytesOut() {
      return socket.bytesWritten;
    },
    get backlog() {
      return socket.writableLength;
    },
    write(output: Output) {
      if (closing || !socket.writable) return;
      socket.write(typeof output === 'string' ? output.replace(/\r?\n/g, '\r\n') : escapeIac(output));
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      if (closing) return;
      closing = true;
      // What still comes is read and dropped: closing on unread input would reset the line, and the last words with it.
      socket.resume();
      socket.end();
    },
    destroy() {
      closing = true;
      socket.destroy();
    },
  };
}
