import type { SchedulerLike } from 'rxjs';

/** How long a peer may be silent before TCP keepalive gives it up. */
export const DEAD_PEER_TIMEOUT_MS = 120_000;

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
  readonly proxyFrom?: ((address: string) => boolean) | undefined;
  /**
   * The silence after which TCP keepalive ends a connection whose peer is gone, in milliseconds; at least 11
   * seconds count. Defaults to two minutes; `null` waits forever.
   */
  readonly deadPeerTimeoutMs?: number | null | undefined;
  /** The clock for the PROXY header. A monotonic one by default. */
  readonly scheduler?: SchedulerLike | undefined;
}
