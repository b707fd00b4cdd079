import { defer, from, mergeMap } from 'rxjs';
import { checkOptions, TCP_OPTIONS } from '../../config/check-options.js';
import { monotonic } from '../../process/monotonic.js';
import type { Listener } from '../listener.js';
import { arrivals } from '../tcp/arrivals.js';
import { tcpListener } from '../tcp/tcp-listener.js';
import { DEAD_PEER_TIMEOUT_MS, type TcpOptions } from '../tcp-options.js';
import { sshOver } from './ssh-over.js';
import { loadSsh2, serverWith } from './ssh2.js';

/** Where SSH listens, and its host key. */
export interface SshOptions extends TcpOptions {
  /**
   * The private key by which clients know the board again, in OpenSSH's format or PEM; or several of different
   * types. {@link hostKeyFile} makes and reads one.
   */
  readonly hostKey: string | readonly string[];
}

/**
 * Listens for SSH (RFC 4251 to 4254). The port is 2222 by default. It needs the package `ssh2`. A caller gets one
 * shell, which is the board, and nothing else: commands, files, forwarding and agents are refused. Without a
 * pseudo-terminal (`ssh -T`) the caller types whole lines, and nothing is echoed.
 *
 * The handshake begins when a caller is admitted or waits; one who is refused is told why without it. Until the
 * login, the caller counts as not logged in, and `loginTimeoutMs` runs from the accept.
 *
 * Clients may prove who the caller is before they show a terminal: {@link Session.credentials$}. {@link guest} lets
 * everybody in and asks for a handle. {@link passwords} takes passwords and public keys.
 *
 * Errors with a {@link ListenError} if the port can't be opened, and with an `Error` if `ssh2` is missing or the
 * host key can't be used.
 *
 * @throws {@link OptionsError} for an option that is missing, unknown or can't be used.
 * @example
 * ```ts
 * import { createImpulse, hostKeyFile, lobby, ssh, telnet } from 'impulse-bbs';
 *
 * const { key, fingerprint } = hostKeyFile('ssh_host_key');
 * console.log(`host key ${fingerprint}`);
 * const impulse = createImpulse({ app: lobby(), listeners: [telnet({ port: 0 }), ssh({ port: 0, hostKey: key })] });
 * await impulse.start();
 * await impulse.shutdown();
 * ```
 */
export function ssh(options: SshOptions): Listener {
  checkOptions('ssh', options, TCP_OPTIONS.ssh, ['hostKey']);
  const { host = '127.0.0.1', port = 2222, hostKey, proxyFrom, scheduler = monotonic } = options;
  const { deadPeerTimeoutMs = DEAD_PEER_TIMEOUT_MS } = options;
  return defer(() => from(loadSsh2())).pipe(
    mergeMap((ssh2) => {
      const server = serverWith(ssh2, [hostKey].flat());
      const parts = { ssh2, server, now: () => scheduler.now() };
      return tcpListener({
        transport: 'ssh',
        host,
        port,
        silenceMs: deadPeerTimeoutMs,
        isCheap: false,
        connect: (socket$) =>
          arrivals(socket$, proxyFrom, scheduler, (socket, address) => sshOver(socket, address, parts)),
      });
    }),
  );
}
