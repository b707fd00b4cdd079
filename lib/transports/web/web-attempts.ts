import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { rateLimitKey } from '../../../streams/admission/rate-limit-key.js';
import { refusedByError } from '../../../streams/admission/refused.js';
import { gmcpMessage } from '../../../streams/protocol/gmcp-text.js';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import { forwardedAddress } from './forwarded-address.js';
import { answerHttp } from './http-answer.js';
import { httpConnections } from './http-connections.js';
import { isOriginAllowed } from './is-origin-allowed.js';
import type { PageFile } from './page-files.js';
import { type RequestHead, readHead } from './request-head.js';
import type { Resumptions } from './resumptions.js';
import { subprotocol } from './subprotocol.js';
import { webConnection } from './web-connection.js';
import { CLOSE, countIn, type WebHandshake } from './web-wire.js';

/** What a web port serves. */
export interface WebAttemptsOptions {
  readonly name: string;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly webSockets: WebSocketServer;
  readonly origins: readonly string[] | undefined;
  readonly forwardedFrom: (address: string) => boolean;
  readonly health: (() => boolean) | undefined;
  /** Undefined if nothing can be resumed. */
  readonly resumptions: Resumptions | undefined;
  readonly scheduler: SchedulerLike;
  /** Returns the latest certificate, for HTTPS. */
  readonly context: (() => SecureContext) | undefined;
}

/** A request, and the connection it came by. */
interface Asked {
  /** The TCP connection, which is bounded. */
  readonly tcp: Socket;
  /** The same, or TLS over it. */
  readonly socket: Socket;
  readonly peer: string;
  readonly head: RequestHead;
  /** What came behind the head. */
  readonly rest: Buffer;
}

/** Loads the package `ws`, which answers the handshakes. Only a board with a web port pays for it. */
export async function loadWebSockets(): Promise<WebSocketServer> {
  const { WebSocketServer: Server } = await import('ws');
  return new Server({
    noServer: true,
    clientTracking: false,
    // It takes 300 KiB for each caller.
    perMessageDeflate: false,
    maxPayload: 64 * 1024,
    // The wire answers pings, and not those of a client that doesn't read.
    autoPong: false,
    handleProtocols: (_, { headers }) => subprotocol(headers['sec-websocket-protocol']).name ?? false,
  });
}

/**
 * Serves HTTP on sockets, one request on each, and emits a connection for each WebSocket that is asked for. Its
 * handshake isn't answered before the connection is read from or written to. Unsubscribing closes the connections
 * that have no WebSocket.
 */
export const webAttempts = (
  socket$: Observable<Socket>,
  options: WebAttemptsOptions,
): Observable<ConnectionAttempt> =>
  new Observable((subscriber) => {
    const door = new Door(options, subscriber);
    subscriber.add(() => door.close());
    subscriber.add(
      socket$.subscribe({ next: (socket) => door.take(socket), complete: () => subscriber.complete() }),
    );
  });

class Door {
  readonly #options: WebAttemptsOptions;
  readonly #subscriber: Subscriber<ConnectionAttempt>;
  readonly #http: ReturnType<typeof httpConnections>;

  constructor(options: WebAttemptsOptions, subscriber: Subscriber<ConnectionAttempt>) {
    this.#options = options;
    this.#subscriber = subscriber;
    this.#http = httpConnections(options.scheduler);
  }

  /** Reads the request of a new connection. */
  take(tcp: Socket): void {
    const { context } = this.#options;
    const peer = unmapped(tcp.remoteAddress ?? '');
    this.#http.add(tcp, this.isProxy(peer) ? undefined : rateLimitKey(peer));
    const socket = context ? new TLSSocket(tcp, { isServer: true, secureContext: context() }) : tcp;
    let bytes: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const read = readHead(bytes);
      if (read.kind === 'more') return;
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.pause();
      if (read.kind === 'bad') this.answer(tcp, socket, { code: read.code });
      else this.serve({ tcp, socket, peer, head: read.head, rest: bytes.subarray(read.length) });
    };
    const onEnd = () => tcp.destroy();
    socket.on('error', ignore);
    socket.on('end', onEnd);
    socket.on('data', onData);
  }
  close(): void {
    this.#http.destroyAll();
  }

  private isProxy(peer: string): boolean {
    try {
      return this.#options.forwardedFrom(peer);
    } catch {
      // It throws again for the connection, which is told then.
      return false;
    }
  }
  private answer(tcp: Socket, socket: Socket, ...answer: Tail<Parameters<typeof answerHttp>>): void {
    this.#http.answering(tcp);
    answerHttp(socket, ...answer);
  }

  private serve(asked: Asked): void {
    const { tcp, socket, head } = asked;
    const { files, health } = this.#options;
    const { method, path, headers } = head;
    if (headers.upgrade !== undefined) this.upgrade(asked);
    else if (method !== 'GET' && method !== 'HEAD')
      this.answer(tcp, socket, { code: 405, headers: { Allow: 'GET, HEAD' } });
    else {
      const checks = path === '/healthz' || path === '/readyz';
      const file = files.get(path);
      const answer =
        health && checks
          ? healthAnswer(path === '/healthz' || health())
          : file
            ? fileAnswer(file, headers)
            : { code: 404 };
      this.answer(tcp, socket, answer, method === 'GET');
    }
  }

  private upgrade(asked: Asked): void {
    const { tcp, socket, head } = asked;
    const { origins } = this.#options;
    const { headers } = head;
    if (!isWebSocketHandshake(head))
      this.answer(tcp, socket, {
        code: 426,
        headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
      });
    else if (!isOriginAllowed(headers.origin, headers.host ?? '', origins))
      this.answer(tcp, socket, { code: 403, body: 'A page of this origin may not connect to this board.\n' });
    else if (this.canResume(head) && head.query.get('session') === 'resume') this.awaitToken(asked);
    else this.emit(asked, this.handshakeOf(asked));
  }
  private canResume(head: RequestHead): boolean {
    const { isTelnet } = subprotocol(head.headers['sec-websocket-protocol']);
    return this.#options.resumptions !== undefined && !isTelnet && head.query.has('session');
  }

  /**
   * Answers a handshake, and waits for the token in the first frame. It isn't in the URL, since proxies log that.
   * Until then the connection is bounded like a request.
   */
  private awaitToken(asked: Asked): void {
    const send = this.handshakeOf(asked).accept((webSocket) => {
      const onFirst = (data: RawData, isBinary: boolean) => {
        webSocket.off('error', ignore);
        const { name, value } = (isBinary ? undefined : gmcpMessage(data.toString())) ?? {};
        const told = name === 'Impulse.Resume' ? (value as { readonly token?: unknown } | null) : null;
        const wire = this.#options.resumptions?.find(told?.token);
        if (wire) {
          this.#http.remove(asked.tcp);
          wire.continueWith(webSocket, countIn(value, 'received'));
        } else this.emit(asked, answeredHandshake(webSocket));
      };
      webSocket.on('error', ignore);
      webSocket.once('message', onFirst);
      webSocket.resume();
    });
    send();
  }

  private handshakeOf({ socket, head, rest }: Asked): WebHandshake {
    const { webSockets } = this.#options;
    let gone: (() => void) | undefined;
    const onClose = () => gone?.();
    socket.on('close', onClose);
    return {
      isAnswered: false,
      whenGone(listener) {
        gone = listener;
      },
      accept(accepted) {
        socket.off('close', onClose);
        socket.off('error', ignore);
        socket.cork();
        webSockets.handleUpgrade(head as unknown as IncomingMessage, socket, rest, accepted);
        return () => socket.uncork();
      },
      decline(retryInMs = 60_000) {
        const headers = { 'Retry-After': `${Math.ceil(retryInMs / 1000)}` };
        answerHttp(socket, { code: 503, headers });
      },
      destroy: () => socket.destroy(),
    };
  }
  private emit(asked: Asked, handshake: WebHandshake): void {
    const { tcp, peer, head } = asked;
    const { name, resumptions, forwardedFrom } = this.#options;
    const { isTelnet } = subprotocol(head.headers['sec-websocket-protocol']);
    const make = (address: string) =>
      webConnection(handshake, {
        address,
        name,
        isTerminal: !isTelnet,
        resumption: this.canResume(head) ? resumptions?.begin() : undefined,
        window: windowIn(head.query),
      });
    this.#http.remove(tcp);
    try {
      const address = forwardedAddress(peer, head.headers['x-forwarded-for'], forwardedFrom);
      this.#subscriber.next(make(address));
    } catch (error) {
      this.#subscriber.next(refusedByError(make(peer), error));
    }
  }
}

type Tail<T> = T extends [unknown, ...infer Rest] ? Rest : never;

/** RFC 6455, section 4.2.1. */
const isWebSocketHandshake = ({ method, headers }: RequestHead): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.connection ?? '') &&
  headers['sec-websocket-version'] === '13' &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '');

/** A handshake that was answered, since a token was asked for. */
const answeredHandshake = (webSocket: WebSocket): WebHandshake => ({
  isAnswered: true,
  whenGone() {},
  accept(accepted) {
    accepted(webSocket);
    return () => {};
  },
  decline: () => webSocket.close(CLOSE.TRY_LATER),
  destroy: () => webSocket.terminate(),
});

const healthAnswer = (isWell: boolean) => ({
  code: isWell ? 200 : 503,
  body: isWell ? 'ok\n' : 'not ready\n',
});

function fileAnswer(file: PageFile, headers: RequestHead['headers']) {
  const { type, body, gzipped, etag, isImmutable } = file;
  const isGzipped = /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(
    headers['accept-encoding'] ?? '',
  );
  const validators = {
    ETag: etag,
    Vary: 'Accept-Encoding',
    'Cache-Control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (headers['if-none-match']?.includes(etag)) return { code: 304, body: '', headers: validators };
  return {
    code: 200,
    body: isGzipped ? gzipped : body,
    headers: { ...validators, 'Content-Type': type, ...(isGzipped ? { 'Content-Encoding': 'gzip' } : {}) },
  };
}

/** The window's size in the query, so that what is sent first fits already. */
function windowIn(query: URLSearchParams): { readonly columns: number; readonly rows: number } | undefined {
  const [columns = 0, rows = 0] = [query.get('columns'), query.get('rows')].map((text) =>
    /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0,
  );
  return columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

// After a reset, 'close' follows.
function ignore(): void {}
