import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type Answer, answerOnce, type Request } from '../../../../lib/operations/metrics/answer-once.js';

describe('answerOnce', () => {
  let server: Server;
  let asked: Request[];
  let given: Answer;
  beforeEach(async () => {
    asked = [];
    given = { code: 200, text: 'é\n', headers: { 'X-Kind': 'a' } };
    const answer = async (request: Request) => {
      asked.push(request);
      return given;
    };
    server = createServer((socket) => answerOnce(socket, answer, { requestMs: 100, maxHeadBytes: 64 }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());

  /** Sends texts one after the other, and resolves with the whole answer. */
  async function says(...texts: string[]): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
    let heard = '';
    socket.on('error', () => {});
    socket.on('data', (text) => {
      heard += text;
    });
    const closed = once(socket, 'close');
    for (const text of texts) await new Promise((resolve) => socket.write(text, resolve));
    await closed;
    return heard;
  }

  it('passes on the request, and sends the answer with its length', async () => {
    expect(await says('GET /a/b?c=d HTTP/1.1\r\nHost: x\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nX-Kind: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\né\n',
    );
    expect(asked).toEqual([{ method: 'GET', path: '/a/b' }]);
  });

  it('sends no body for a HEAD', async () => {
    expect(await says('HEAD / HTTP/1.0\r\n\r\n')).toMatch(/Content-Length: 3\r\nConnection: close\r\n\r\n$/);
  });

  it('accepts a request in pieces, and without Host', async () => {
    expect(await says('GE', 'T / HTT', 'P/1.1\r\n\r', '\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it("answers the first of many requests and doesn't parse the others", async () => {
    const heard = await says('GET / HTTP/1.1\r\n\r\n'.repeat(2000), 'GET / HTTP/1.1\r\n\r\n');
    expect(heard.match(/HTTP\/1\.1 200/g)?.length).toBe(1);
    expect(asked.length).toBe(1);
  });

  it('refuses invalid requests, and those that are too long', async () => {
    expect(await says('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(await says('PRI * HTTP/2.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await says(`GET / HTTP/1.1\r\nX: ${'a'.repeat(64)}`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await says(`GET / HTTP/1.1\r\nX: ${'a'.repeat(60)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(asked).toEqual([]);
  });

  it('hangs up when no request comes in time', async () => {
    expect(await says('GET /')).toBe('');
  });
});
