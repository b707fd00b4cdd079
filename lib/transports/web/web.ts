import type { SecureContext } from 'node:tls';
import { defer, from, type Observable, switchMap } from 'rxjs';
import type { WebSocketServer } from 'ws';
import type { Certificate } from '../../config/certificate.js';
import { checkOptions, TCP_OPTIONS } from '../../config/check-options.js';
import { monotonic } from '../../process/monotonic.js';
import type { Listener } from '../listener.js';
import { tcpListener } from '../tcp/tcp-listener.js';
import { DEAD_PEER_TIMEOUT_MS, type TcpOptions } from '../tcp-options.js';
import { latestContext } from '../tls/latest-context.js';
import { pageFiles } from './page-files.js';
import { resumptions } from './resumptions.js';
import { loadWebSockets, webAttempts } from './web-attempts.js';

/** How long a session waits for its page, when the network was lost. */
const RESUME_MS = 60_000;

/** Where the page is served, and to whom. */
export interface WebOptions extends Omit<TcpOptions, 'proxyFrom'> {
  /** The name of the board, for the page's title. Defaults to `Impulse`. */
  readonly name?: string | undefined;
  /** How telnet clients reach the board, for browsers without JavaScript: `telnet bbs.example.org 2323`. */
  readonly telnet?: string | undefined;
  /** Emits the certificate, and each later one. Then the page is served by HTTPS. See {@link certificateFiles}. */
  readonly certificate$?: Observable<Certificate> | undefined;
  /**
   * The origins of pages that may connect, such as `https://bbs.example.org`. By default those of the same host and
   * port. Clients that send no origin may always connect, since only browsers act for pages.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Returns whether the proxy at this address is trusted to name the caller in `X-Forwarded-For`. The field is read
   * from right to left, as far as addresses are trusted. No proxy is trusted by default.
   */
  readonly forwardedFrom?: ((address: string) => boolean) | undefined;
  /**
   * How long a session stays when its page is lost, in milliseconds; at most ten seconds when the page was left, as for a
   * reload. Defaults to one minute; 0 ends it at once. A session that is silent for longer than `deadPeerTimeoutMs` ends in any case.
   */
  readonly resumeMs?: number | undefined;
  /** Returns whether the board takes callers. With it, `/healthz` and `/readyz` are answered on this port too. */
  readonly health?: (() => boolean) | undefined;
}

/**
 * Serves a page with a terminal, and the WebSockets it calls by. The port is 8080 by default. Other clients can
 * call too, by the subprotocols of mudstandards.org/websocket.
 *
 * Somebody who only looks at the page isn't a caller. A connection is emitted when a WebSocket is asked for. Its
 * handshake is answered when the caller is admitted, waits, or is told why not.
 *
 * Errors with a {@link ListenError} if the port can't be opened, and with an `Error` if the first certificate can't
 * be used.
 *
 * @throws {@link OptionsError} for an option that is unknown or can't be used.
 * @example
 * ```ts
 * import { createImpulse, lobby, telnet, web } from 'impulse-bbs';
 *
 * const impulse = createImpulse({ app: lobby(), listeners: [telnet({ port: 0 }), web({ port: 0, name: 'My board' })] });
 * await impulse.start();
 * for (const { transport, address, port } of impulse.addresses) console.log(transport, address, port);
 * await impulse.shutdown();
 * ```
 */
export function web(options: WebOptions = {}): Listener {
  checkOptions('web', options, TCP_OPTIONS.web);
  const { host = '127.0.0.1', port = 8080, name = 'Impulse', telnet, certificate$, origins } = options;
  const { forwardedFrom = () => false, resumeMs = RESUME_MS, health, scheduler = monotonic } = options;
  const { deadPeerTimeoutMs = DEAD_PEER_TIMEOUT_MS } = options;
  const kept = resumeMs > 0 ? resumptions(resumeMs, scheduler) : undefined;
  const listener = (webSockets: WebSocketServer, context?: () => SecureContext) => {
    const files = pageFiles(name, telnet);
    const door = {
      name,
      files,
      webSockets,
      origins,
      forwardedFrom,
      health,
      resumptions: kept,
      scheduler,
      context,
    };
    return tcpListener({
      transport: 'web',
      host,
      port,
      silenceMs: deadPeerTimeoutMs,
      isCheap: false,
      connect: (socket$) => webAttempts(socket$, door),
    });
  };
  return defer(() => from(loadWebSockets())).pipe(
    switchMap((webSockets) =>
      certificate$
        ? latestContext(certificate$, (context) => listener(webSockets, context))
        : listener(webSockets),
    ),
  );
}
