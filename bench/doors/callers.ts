import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { Client } from 'ssh2';

import { createWebSocketStream, WebSocket } from 'ws';

export type Transport = 'telnet' | 'tls' | 'ssh' | 'web';

/** A caller who has been greeted. */
export interface Caller {
  /** Sends a handle, and resolves when the board's app says something. */
  logIn(): Promise<void>;
  /** Sends a line, and resolves when a line comes back. */
  echo(): Promise<void>;
  hangUp(): void;
}

/** Connects by a transport, and waits for the greeting. */
export const CALLERS: Record<Transport, (port: number) => Promise<Caller>> = {
  ssh: (port) =>
    new Promise((resolve, reject) => {
      const client = new Client();
      client.on('error', reject);
      client.on('ready', () =>
        client.shell(false, (error, channel) => {
          if (error) return reject(error);
          channel.on('close', () => client.end());
          resolve(over(channel, () => void client.destroy()));
        }),
      );
      // Its own socket leaves Nagle's algorithm on, and would wait for the server's delayed acknowledgements.
      const sock = connect({ port, host: '127.0.0.1', noDelay: true });
      client.connect({ sock, username: 'caller', hostVerifier: () => true });
    }),
  telnet: (port) => over(connect({ port, host: '127.0.0.1', noDelay: true })),
  tls: (port) => over(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })),
  // As a page calls, but for the acknowledgements: an idle caller sends none.
  web: (port) => over(createWebSocketStream(new WebSocket(`ws://127.0.0.1:${port}/?session=new`))),
};

async function over(socket: Duplex, hangUp: () => void = () => socket.destroy()): Promise<Caller> {
  socket.on('error', () => {});
  const lines = counting();
  socket.on('data', lines.heard);
  await lines.first;
  return {
    logIn() {
      number += 1;
      socket.write(`caller${number}\r\n`);
      return lines.next();
    },
    echo() {
      socket.write('hello, board\r\n');
      return lines.next();
    },
    hangUp() {
      hangUp();
    },
  };
}

let number = 0;

/** Counts the lines that come, and resolves for each. */
function counting() {
  let waiting: (() => void) | undefined;
  let greeted: (() => void) | undefined;
  return {
    /** Resolves with the greeting. */
    first: new Promise<void>((resolve) => {
      greeted = resolve;
    }),
    heard(bytes: Uint8Array) {
      greeted?.();
      if (bytes.at(-1) === 10) waiting?.();
    },
    next: () =>
      new Promise<void>((resolve) => {
        waiting = resolve;
      }),
  };
}
