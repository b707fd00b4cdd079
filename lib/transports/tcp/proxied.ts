import type { Socket } from 'node:net';
import {
  defer,
  EMPTY,
  filter,
  finalize,
  fromEvent,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  scan,
  take,
  takeUntil,
  timeout,
} from 'rxjs';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import { proxyHeader } from '../../../streams/protocol/proxy-header.js';
import type { RefusalDetail } from '../../../streams/types/admission.js';

/** A caller who came through a proxy. */
export interface ProxiedCaller {
  readonly kind: 'caller';
  /** Paused. Its next byte is the first one after the header. */
  readonly socket: Socket;
  /** The caller's address in the header; the proxy's own address if the header has none. */
  readonly address: string;
}

/** A connection that was closed because no trusted proxy named its caller. */
export interface ProxyRefused {
  readonly kind: 'refused';
  /** Closed as soon as the refusal is emitted. */
  readonly socket: Socket;
  /**
   * The peer isn't trusted, sent no header or a malformed one, took too long, or too many connections were
   * waiting.
   */
  readonly why: Exclude<RefusalDetail, 'silent'>;
  /** The address of the peer, the only one that is known. */
  readonly address: string;
}

/**
 * How long a proxy may take to send its header. As the specification recommends, enough for one
 * retransmission.
 */
export const PROXY_HEADER_MS = 3000;

/**
 * Determines the caller of a connection through a proxy that speaks the PROXY protocol, version 1 or 2. A
 * peer that isn't trusted is refused, and nothing it sends is read. Emits once and completes; completes
 * without a value if the peer hangs up first. Never errors. Connections that are refused are closed.
 * Unsubscribing closes a connection whose caller isn't known yet.
 *
 * @param socket A socket that was just accepted and not read from. Add listeners to it synchronously when it
 *   is emitted: a hang-up may be next.
 * @param trusted Returns whether the peer at this address may name the caller.
 * @param hasRoom Returns whether one more connection may wait for its header.
 */
export function proxied(
  socket: Socket,
  {
    trusted,
    scheduler,
    hasRoom = true,
  }: { trusted: (address: string) => boolean; scheduler: SchedulerLike; hasRoom?: boolean },
): Observable<ProxiedCaller | ProxyRefused> {
  return defer(() => {
    let through = false;
    // After a reset, 'close' follows.
    socket.on('error', ignore);
    return arrival$().pipe(
      finalize(() => {
        if (!through) socket.destroy();
      }),
    );

    function arrival$(): Observable<ProxiedCaller | ProxyRefused> {
      const { remoteAddress } = socket;
      // A closed socket has no address, and emits no further hang-up.
      if (remoteAddress === undefined || !socket.readable) return EMPTY;
      const peer = unmapped(remoteAddress);
      const refused = (why: ProxyRefused['why']): ProxyRefused => ({
        kind: 'refused',
        socket,
        why,
        address: peer,
      });
      if (!trusted(peer)) return of(refused('not a proxy'));
      if (!hasRoom) return of(refused('too many'));
      return fromEvent(socket, 'data').pipe(
        takeUntil(merge(fromEvent(socket, 'end'), fromEvent(socket, 'close'))),
        scan((held, chunk) => Buffer.concat([held, chunk as Buffer]), Buffer.alloc(0)),
        map((bytes) => ({ bytes, header: proxyHeader(bytes) })),
        map(({ bytes, header }): ProxiedCaller | ProxyRefused | null => {
          if (header.kind === 'more') return null;
          if (header.kind === 'bad') return refused(header.why);
          through = true;
          socket.pause();
          socket.unshift(bytes.subarray(header.length));
          return { kind: 'caller', socket, address: header.address ?? peer };
        }),
        filter((arrived) => arrived !== null),
        take(1),
        timeout({ first: PROXY_HEADER_MS, scheduler, with: () => of(refused('timeout')) }),
      );
    }
  });
}

function ignore(): void {}
