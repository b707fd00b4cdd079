import type { Observable } from 'rxjs';
import type { Certificate } from '../../config/certificate.js';
import { checkOptions, TCP_OPTIONS } from '../../config/check-options.js';
import { monotonic } from '../../process/monotonic.js';
import type { Listener } from '../listener.js';
import type { Status } from '../status.js';
import { arrivals } from '../tcp/arrivals.js';
import { tcpListener } from '../tcp/tcp-listener.js';
import { DEAD_PEER_TIMEOUT_MS, type TcpOptions } from '../tcp-options.js';
import { greetInOnePacket } from '../telnet/greet-in-one-packet.js';
import { latestContext } from './latest-context.js';
import { tlsOver } from './tls-over.js';

/** Where telnet over TLS listens, and its certificate. */
export interface TlsOptions extends TcpOptions {
  /**
   * Emits the certificate with its key, and each later one that replaces it. The port opens with the first.
   * {@link certificateFiles} reads them from files.
   */
  readonly certificate$: Observable<Certificate>;
  /** Returns the status for crawlers that list boards (MSSP). Called for each of them. Nothing by default. */
  readonly status?: Status | undefined;
}

/**
 * Listens for telnet over TLS (`telnets://`), version 1.2 or later. The port is 9923 by default; 992 is the
 * registered one. A connection that is refused for its address gets no handshake. Until a handshake is done, the
 * caller counts as not logged in, and `loginTimeoutMs` runs from the accept.
 *
 * Errors with a {@link ListenError} if the port can't be opened, and with an `Error` if the first certificate can't
 * be used. A later one that can't be used is left, with a warning of the process.
 *
 * @throws {@link OptionsError} for an option that is missing, unknown or can't be used.
 * @example
 * ```ts
 * import { certificateFiles, createImpulse, lobby, tls } from 'impulse-bbs';
 *
 * const certificate$ = certificateFiles({ cert: 'fullchain.pem', key: 'privkey.pem' });
 * const impulse = createImpulse({ app: lobby(), listeners: [tls({ host: '0.0.0.0', port: 9923, certificate$ })] });
 * impulse.event$.subscribe((event) => console.log(event.type));
 * ```
 */
export function tls(options: TlsOptions): Listener {
  checkOptions('tls', options, TCP_OPTIONS.tls, ['certificate$']);
  const { host = '127.0.0.1', port = 9923, certificate$, status, proxyFrom, scheduler = monotonic } = options;
  const { deadPeerTimeoutMs = DEAD_PEER_TIMEOUT_MS } = options;
  return latestContext(certificate$, (context) =>
    tcpListener({
      transport: 'tls',
      host,
      port,
      silenceMs: deadPeerTimeoutMs,
      isCheap: false,
      connect: (socket$) =>
        arrivals(socket$, proxyFrom, scheduler, (socket, address) =>
          tlsOver(socket, address, context(), status),
        ).pipe(greetInOnePacket()),
    }),
  );
}
