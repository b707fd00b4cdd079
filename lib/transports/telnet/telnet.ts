import type { SchedulerLike } from 'rxjs';
import { checkOptions, TCP_OPTIONS } from '../../config/check-options.js';
import { monotonic } from '../../process/monotonic.js';
import type { Listener } from '../listener.js';
import { arrivals, type ProxyTrust } from '../tcp/arrivals.js';
import { tcpListener } from '../tcp/tcp-listener.js';
import type { Status } from './board-options.js';
import { greetInOnePacket } from './greet-in-one-packet.js';
import { telnetOver } from './telnet-over.js';

/** Where a transport over TCP listens. */
export interface TcpOptions {
  /** The address to listen on. Defaults to `127.0.0.1`, which only this machine can reach. */
  readonly host?: string | undefined;
  /** The port to listen on; 0 takes any free port. Each transport has a default of its own. */
  readonly port?: number | undefined;
  /**
   * Returns whether the proxy at this address is trusted to name the caller in a PROXY header (HAProxy's
   * proxy-protocol.txt, v1 and v2). When given, every connection must come from a trusted proxy and begin
   * with a header. All limits count the address in the header.
   */
  readonly proxyFrom?: ProxyTrust | undefined;
  /**
   * The silence after which TCP keepalive ends a connection whose peer is gone, in milliseconds; at least 11
   * seconds count. Defaults to two minutes; `null` waits forever.
   */
  readonly deadPeerTimeoutMs?: number | null | undefined;
  /** The clock for the PROXY header. A monotonic one by default. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Where telnet listens, and what it tells crawlers. */
export interface TelnetOptions extends TcpOptions {
  /** The descriptor of an inherited TCP socket to listen on, instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /**
   * Returns the status for crawlers that list boards (MSSP, tintin.mudhalla.net/protocols/mssp). Called for each
   * of them. Nothing by default.
   */
  readonly status?: Status | undefined;
}

/** How long a peer may be silent before TCP keepalive gives it up. */
export const DEAD_PEER_TIMEOUT_MS = 120_000;

/**
 * Listens for telnet (RFC 854). The port is 2323 by default. Errors with a {@link ListenError} if it can't be
 * opened.
 *
 * @throws {@link OptionsError} for an option that is unknown or can't be used.
 * @example
 * ```ts
 * import { createImpulse, lobby, telnet } from 'impulse-bbs';
 *
 * const impulse = createImpulse({ app: lobby(), listeners: [telnet({ port: 0 }), telnet({ port: 0, host: '::1' })] });
 * await impulse.start();
 * for (const { transport, address, port } of impulse.addresses) console.log(transport, address, port);
 * await impulse.shutdown();
 * ```
 */
export function telnet(options: TelnetOptions = {}): Listener {
  checkOptions('telnet', options, TCP_OPTIONS.telnet);
  const { host = '127.0.0.1', port = 2323, fd, status, proxyFrom, scheduler = monotonic } = options;
  const { deadPeerTimeoutMs = DEAD_PEER_TIMEOUT_MS } = options;
  return tcpListener({
    transport: 'telnet',
    host,
    port,
    fd,
    silenceMs: deadPeerTimeoutMs,
    connect: (socket$) =>
      arrivals(socket$, proxyFrom, scheduler, (socket, address) => {
        const connection = telnetOver(socket, status, address);
        connection.recognise();
        return connection;
      }).pipe(greetInOnePacket()),
  });
}
