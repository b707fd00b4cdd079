import { PENALTIES } from '../../../streams/penalties.js';
import type { ConnectionRefused, Limits, Rate, ServerEvent } from '../../../streams/types.js';

/** The line on which somebody called. */
export interface Called {
  readonly isClosed: boolean;
}

/** How many are on the board. */
interface Crowd {
  readonly inside: number;
  readonly strangers: number;
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

/** Watches the door of a board with such limits. In doubt it says nothing: what the rules count is only known in part. */
export function watchDoor(limits: Readonly<Limits>, trusted: (address: string) => boolean): Door {
  const knocks: { at: number; address: string; line: Called }[] = [];
  /** Kept out from then on, until some time between the other two. */
  const keptOut = new Map<string, { from: number; atLeast: number; atMost: number }>();

  const openFrom = (from: string) => knocks.filter(({ address, line }) => address === from && !line.isClosed);
  /** Whether so few came, in as long as an allowance takes to fill, that there was some left for the last of them. */
  const hasLeft = (rate: Rate | null, now: number, from?: string) => {
    if (!rate) return true;
    const since = now - (rate.burst / rate.count) * rate.perMs;
    const came = knocks.filter(({ at, address }) => at > since && (from ?? address) === address);
    return came.length <= rate.burst;
  };

  return {
    knocks(address, line, now) {
      knocks.push({ at: now, address, line });
    },
    event(event, now) {
      if (event.type === 'addressPenalised') {
        const until = now + event.forMs;
        keptOut.set(event.address, { from: now, atLeast: until, atMost: until });
      }
      const known = 'address' in event && keptOut.get(event.address);
      if (!known) return;
      if (event.type === 'connectionRefused') known.atMost += PENALTIES.flood;
      if (event.type === 'sessionClosed') known.atMost += PENALTIES.protocol;
    },
    refused({ address, reason }, { inside, strangers, waiting }, isDraining, now) {
      const isTrusted = trusted(address);
      const { maxSessions, reserve, waitingRoom, maxUnauthenticated, maxPerAddress } = limits;
      const isRight = {
        blocked: () => false,
        proxy: () => false,
        gate: () => true,
        draining: () => isDraining,
        penalty: () => now <= (keptOut.get(address)?.atMost ?? Number.NEGATIVE_INFINITY),
        full: () =>
          waiting >= waitingRoom &&
          (inside >= maxSessions - (isTrusted ? 0 : reserve) ||
            (!isTrusted && strangers >= (maxUnauthenticated?.full ?? Number.POSITIVE_INFINITY))),
        rate: () =>
          !isTrusted &&
          (strangers >= (maxUnauthenticated?.start ?? Number.POSITIVE_INFINITY) ||
            !hasLeft(limits.connectionRate, now)),
        address: () =>
          !isTrusted &&
          // The line that was refused is open still.
          (openFrom(address).length > (maxPerAddress ?? Number.POSITIVE_INFINITY) ||
            !hasLeft(limits.connectionRatePerAddress, now, address)),
      }[reason];
      return isRight() ? undefined : `${address} was refused as ${reason}, for no reason`;
    },
    entered(address, now) {
      const known = keptOut.get(address);
      // Whoever stood at the gate when it began may come in.
      if (known && now < known.atLeast && openFrom(address).every(({ at }) => at > known.from))
        return `${address} was let in, and kept out for ${known.atLeast - now} ms more`;
      return undefined;
    },
  };
}
