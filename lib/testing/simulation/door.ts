import { networksOf, SHARES } from '../../../streams/admission/networks-of.js';
import { ATTEMPT_PENALTY_MS, PENALTIES } from '../../../streams/admission/penalties.js';
import type { ConnectionRefused, ServerEvent } from '../../../streams/types/events.js';
import type { Limits, Rate } from '../../../streams/types/limits.js';

/** The connection of a caller. */
export interface Called {
  readonly isClosed: boolean;
}

/** How many callers the board has. */
interface Crowd {
  readonly inside: number;
  readonly strangers: number;
  /** Guests who have sent nothing since they logged in. May be more than the board counts. */
  readonly quiet: number;
  /** Including callers who are leaving the waiting room. */
  readonly waiting: number;
}

/** Checks that no caller is refused without a reason, and none is let in who must be kept out. */
export interface Door {
  attempts(address: string, line: Called, now: number): void;
  /** Records an event of an address. */
  event(event: ServerEvent, now: number): void;
  /** Returns why a refusal is wrong; undefined if it is right. */
  refused(refusal: ConnectionRefused, crowd: Crowd, isDraining: boolean, now: number): string | undefined;
  /** Returns why a caller must not have been let in; undefined if it is right. */
  entered(address: string, now: number): string | undefined;
}

/** The most that an event can add to a penalty. */
const MAX_ADDED: { readonly [Type in ServerEvent['type']]?: number } = {
  connectionRefused: PENALTIES.flood,
  loginAttemptFailed: ATTEMPT_PENALTY_MS,
  sessionClosed: PENALTIES.protocol,
};

/**
 * Checks the admission of a board with these limits. Reports only certain violations, since not everything
 * the rules count is visible.
 */
export function watchDoor(limits: Readonly<Limits>, trusted: (address: string) => boolean): Door {
  const attempts: { at: number; address: string; line: Called }[] = [];
  /** The networks under a penalty: when it began, and the earliest and latest time at which it may end. */
  const keptOut = new Map<string, { from: number; atLeast: number; atMost: number }>();

  const openFrom = (network: string) =>
    attempts.filter(({ address, line }) => !line.isClosed && networksOf(address).includes(network));
  /**
   * Returns whether so few connections came, in the time that a bucket takes to fill, that there was a token
   * for the last one.
   */
  const hasLeft = (rate: Rate | null, now: number, network?: string, share = 1) => {
    if (!rate) return true;
    const since = now - (rate.burst / rate.count) * rate.perMs;
    const came = attempts.filter(
      ({ at, address }) => at > since && (network === undefined || networksOf(address).includes(network)),
    );
    return came.length <= share * rate.burst;
  };
  /** Returns whether this holds for one of the networks of an address. */
  const someNetwork = (address: string, isSo: (network: string, share: number) => boolean) =>
    networksOf(address).some((network, tier) => isSo(network, SHARES[tier] as number));

  return {
    attempts(address, line, now) {
      attempts.push({ at: now, address, line });
    },
    event(event, now) {
      if (event.type === 'addressPenalised') {
        const until = now + event.forMs;
        keptOut.set(event.network, { from: now, atLeast: until, atMost: until });
      }
      if (!('address' in event)) return;
      const more = MAX_ADDED[event.type];
      if (!more) return;
      for (const network of networksOf(event.address)) {
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
          // The refused connection is still open.
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
      for (const network of networksOf(address)) {
        const known = keptOut.get(network);
        // Callers who were at the gate when the penalty began may come in.
        if (known && now < known.atLeast && openFrom(network).every(({ at }) => at > known.from))
          return `${address} was let in, and kept out for ${known.atLeast - now} ms more`;
      }
      return undefined;
    },
  };
}
