import { ATTEMPT_PENALTY_MS, PENALTIES } from '../../../streams/admission/penalties.js';
import { SHARES, sourceNetworks } from '../../../streams/admission/source-networks.js';
import type { ConnectionRefused, ServerEvent } from '../../../streams/types/events.js';
import type { Limits, Rate } from '../../../streams/types/limits.js';

/** The line on which somebody called. */
export interface Called {
  readonly isClosed: boolean;
}

/** How many are on the board. */
interface Crowd {
  readonly inside: number;
  readonly strangers: number;
  /** Guests who have said nothing since they logged in, some more than the board counts. */
  readonly quiet: number;
  /** Those who are leaving the waiting room too. */
  readonly waiting: number;
}

/** Watches a door: that nobody is refused without a reason, and nobody let in who is kept out. */
export interface Door {
  knocks(address: string, line: Called, now: number): void;
  /** Notes what befalls an address. */
  event(event: ServerEvent, now: number): void;
  /** Why somebody was wrongly refused; undefined if rightly. */
  refused(refusal: ConnectionRefused, crowd: Crowd, isDraining: boolean, now: number): string | undefined;
  /** Why somebody from there was wrongly let in; undefined if rightly. */
  entered(address: string, now: number): string | undefined;
}

/** What an event may add to a penalty at most. */
const MAX_ADDED: { readonly [Type in ServerEvent['type']]?: number } = {
  connectionRefused: PENALTIES.flood,
  loginAttemptFailed: ATTEMPT_PENALTY_MS,
  sessionClosed: PENALTIES.protocol,
};

/** Watches the door of a board with such limits. In doubt it says nothing: what the rules count is only known in part. */
export function watchDoor(limits: Readonly<Limits>, trusted: (address: string) => boolean): Door {
  const knocks: { at: number; address: string; line: Called }[] = [];
  /** Networks that are kept out from then on, until some time between the other two. */
  const keptOut = new Map<string, { from: number; atLeast: number; atMost: number }>();

  const openFrom = (network: string) =>
    knocks.filter(({ address, line }) => !line.isClosed && sourceNetworks(address).includes(network));
  /** Whether so few came, in as long as an allowance takes to fill, that there was some left for the last of them. */
  const hasLeft = (rate: Rate | null, now: number, network?: string, share = 1) => {
    if (!rate) return true;
    const since = now - (rate.burst / rate.count) * rate.perMs;
    const came = knocks.filter(
      ({ at, address }) => at > since && (network === undefined || sourceNetworks(address).includes(network)),
    );
    return came.length <= share * rate.burst;
  };
  /** Whether one of the networks that an address is in is so. */
  const someNetwork = (address: string, isSo: (network: string, share: number) => boolean) =>
    sourceNetworks(address).some((network, tier) => isSo(network, SHARES[tier] as number));

  return {
    knocks(address, line, now) {
      knocks.push({ at: now, address, line });
    },
    event(event, now) {
      if (event.type === 'addressPenalised') {
        const until = now + event.forMs;
        keptOut.set(event.network, { from: now, atLeast: until, atMost: until });
      }
      if (!('address' in event)) return;
      const more = MAX_ADDED[event.type];
      if (!more) return;
      for (const network of sourceNetworks(event.address)) {
        const known = keptOut.get(network);
        if (known) known.atMost += more;
      }
    },
    refused({ address, reason }, { inside, strangers, quiet, waiting }, isDraining, now) {
      const isTrusted = trusted(address);
      const { maxSessions, reserve, waitingRoom, maxUnauthenticated, maxPerAddress } = limits;
      const isRight = {
        blocked: () => false,
        proxy: () => false,
        error: () => false,
        gate: () => true,
        'wrong-protocol': () => false,
        crawler: () => false,
        draining: () => isDraining,
        penalty: () =>
          someNetwork(
            address,
            (network) => now <= (keptOut.get(network)?.atMost ?? Number.NEGATIVE_INFINITY),
          ),
        full: () =>
          waiting >= waitingRoom &&
          (inside >= maxSessions - (isTrusted ? 0 : reserve) ||
            (!isTrusted && strangers >= (maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY))),
        rate: () =>
          !isTrusted &&
          (strangers + quiet >= (maxUnauthenticated?.start ?? Number.POSITIVE_INFINITY) ||
            !hasLeft(limits.connectionRate, now)),
        address: () =>
          !isTrusted &&
          // The line that was refused is open still.
          someNetwork(
            address,
            (network, share) =>
              openFrom(network).length > share * (maxPerAddress ?? Number.POSITIVE_INFINITY) ||
              !hasLeft(limits.connectionRatePerAddress, now, network, share),
          ),
      }[reason];
      return isRight() ? undefined : `${address} was refused as ${reason}, for no reason`;
    },
    entered(address, now) {
      for (const network of sourceNetworks(address)) {
        const known = keptOut.get(network);
        // Whoever stood at the gate when it began may come in.
        if (known && now < known.atLeast && openFrom(network).every(({ at }) => at > known.from))
          return `${address} was let in, and kept out for ${known.atLeast - now} ms more`;
      }
      return undefined;
    },
  };
}
