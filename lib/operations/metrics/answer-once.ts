import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** An HTTP request. */
export interface Request {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
}

/** An HTTP response. */
export interface Answer {
  readonly code: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The end of a request's head, and its first line (RFC 9112, section 3). */
const END = '\r\n\r\n';
const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.[01]\r\n/;

/**
 * Answers the first request of an HTTP connection, and closes it. Further requests are never parsed:
 * `node:http` parses all requests of a packet before it can be stopped, which took 3.7 s for 64 KiB of them.
 *
 * @param answer Must never reject.
 */
export function answerOnce(
  socket: Socket,
  answer: (request: Request) => Promise<Answer>,
  { requestMs, maxHeadBytes }: { requestMs: number; maxHeadBytes: number },
): void {
  let head = '';
  const reply = ({ code, text = '', headers = {} }: Answer, withText = true) => {
    const fields = { ...headers, 'Content-Length': `${Buffer.byteLength(text)}`, Connection: 'close' };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${code} ${STATUS_CODES[code]}\r\n${lines.join('')}\r\n${withText ? text : ''}`, () =>
      // destroySoon, since a client that keeps sending would keep the connection half open.
      socket.destroySoon(),
    );
  };
  const take = async (bytes: Buffer) => {
    head += bytes.toString('latin1', 0, maxHeadBytes + 1 - head.length);
    const isWhole = head.includes(END);
    if (!isWhole && head.length <= maxHeadBytes) return;
    socket.off('data', take);
    // Read and drop further input: a reset would discard the answer.
    socket.resume();
    const [, method, target = ''] = REQUEST_LINE.exec(head) ?? [];
    if (!isWhole || head.indexOf(END) + END.length > maxHeadBytes) reply({ code: 431 });
    else if (method === undefined) reply({ code: 400 });
    else reply(await answer({ method, path: target.replace(/\?.*/, '') }), method !== 'HEAD');
  };
  const deadline = setTimeout(() => socket.destroy(), requestMs);
  deadline.unref();
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(deadline));
  socket.on('data', take);
}
