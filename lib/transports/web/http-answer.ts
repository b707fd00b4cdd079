import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly code: number;
  /** A text is sent as plain text in UTF-8. */
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the page may load and do: its own files and its own server, and no script or style within the page. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS = {
  'Content-Security-Policy': CONTENT_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
  Connection: 'close',
};

/** Sends an answer and closes the connection. */
export function answerHttp(
  socket: Socket,
  { code, body = `${STATUS_CODES[code]}\n`, headers = {} }: HttpAnswer,
  withBody = true,
): void {
  const fields = {
    ...ALWAYS,
    ...(typeof body === 'string' ? { 'Content-Type': 'text/plain; charset=utf-8' } : {}),
    ...(code === 304 ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` }),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n${lines.join('')}\r\n`);
  if (withBody && code !== 304) socket.write(body);
  // Read and drop further input: closing with unread input would reset the connection, and lose the answer.
  socket.resume();
  // destroySoon, since a client that keeps sending would keep the connection half open.
  socket.end(() => socket.destroySoon());
}
