import { checkOptions, TCP_OPTIONS } from '../../config/check-options.js';
import { monotonic } from '../../process/monotonic.js';
import type { Listener } from '../listener.js';
import type { Status } from '../status.js';
import { arrivals } from '../tcp/arrivals.js';
import { tcpListener } from '../tcp/tcp-listener.js';
import { DEAD_PEER_TIMEOUT_MS, type TcpOptions } from '../tcp-options.js';
import { greetInOnePacket } from './greet-in-one-packet.js';
import { telnetOver } from './telnet-over.js';

/** Where telnet listens, and what it tells crawlers. */
export interface TelnetOptions extends TcpOptions {
  /** The descriptor of an inherited TCP socket to listen on, instead of `host` and `port`. */
  readonly fd?: number | undefined;
  /**
   * Returns the status for crawlers that list boards (MSSP, tintin.mudhalla.net/protocols/mssp). Called for each
   * of them. Nothing by default.
   */
  readonly status?: Status | undefined;
  /**
   * The URL of the board's page ({@link web}). A browser that connects to this port is told in HTTP. None by
   * default.
   */
  readonly page?: string | undefined;
}

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
  const { host = '127.0.0.1', port = 2323, fd, status, page, proxyFrom, scheduler = monotonic } = options;
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
        connection.recognise(page);
        return connection;
      }).pipe(greetInOnePacket()),
  });
}
