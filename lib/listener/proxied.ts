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
import { unmapped } from '../../streams/protocol/ip-address.js';
import { proxyHeader } from '../../streams/protocol/proxy-header.js';
import type { RefusalDetail } from '../../streams/types/admission.js';

/** A caller who came through a proxy. */
export interface ProxiedCaller {
  readonly kind: 'caller';
  /** Paused; the next byte to come out of it is the first after the header. */
  readonly socket: Socket;
  /** The caller's address as the proxy told it; the proxy's own where it speaks for itself or can't tell. */
  readonly address: string;
}

/** A connection that was hung up on, since no trusted proxy said whose it is. */
export interface ProxyRefused {
  readonly kind: 'refused';
  /** Hung up on as soon as the refusal was emitted. */
  readonly socket: Socket;
  /** The peer isn't trusted; it sent no header, or a malformed one; none came in time; too many wait for theirs already. */
  readonly why: Exclude<RefusalDetail, 'silent'>;
  /** The peer's own address: no other is known. */
  readonly address: string;
}

/** How long a proxy may take for its header: as the specification has it, enough for one packet to be sent again. */
export const PROXY_HEADER_MS = 3000;

/**
 * Finds out who is calling through a proxy that speaks the PROXY protocol, version 1 or 2. A peer that isn't trusted
 * is refused, and nothing it sends is read. Emits once and completes; completes without a value when the peer hangs
 * up first. Never errors. Whoever isn't let through is hung up on, and so is a peer still unknown at unsubscribing.
 *
 * @param socket One that was just accepted and that nobody has read from. Listen to it in the same turn as it is
 *   emitted: a hang-up may be next.
 * @param trusted Tells whether the peer at this address may say who is calling.
 * @param hasRoom Whether one more connection may wait for its header.
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
    // A reset is a hang-up: 'close' follows.
    socket.on('error', ignore);
    return arrival$().pipe(
      finalize(() => {
        if (!through) socket.destroy();
      }),
    );

    function arrival$(): Observable<ProxiedCaller | ProxyRefused> {
      const { remoteAddress } = socket;
      // Of a line that is gone the system knows no address, and no hang-up will be heard any more.
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
