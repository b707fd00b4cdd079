import type { MonoTypeOperatorFunction, Subscriber } from 'rxjs';
import type { Offence, Penalties } from './penalties.js';
import { SessionTable } from './session-table.js';
import { Stage, staged } from './stage.js';
import type { AddressPenalised, EndReason, RefusalReason, ServerEvent } from './types.js';

/** How a call that never got to a login is taken, by how it ended; other endings are nobody's fault. */
const BEFORE_LOGIN: Partial<Record<EndReason, Offence>> = {
  hangup: 'no-login',
  'app-done': 'no-login',
  lost: 'no-login',
  idle: 'no-login',
  'login-timeout': 'login-timeout',
  'login-failed': 'login-failed',
};
const REFUSED: Partial<Record<RefusalReason, Offence>> = {
  rate: 'flood',
  address: 'flood',
  penalty: 'flood',
  gate: 'no-login',
};

/**
 * Watches what happens on the board for what callers do wrong, and adds it to the penalties. Passes every event on, and
 * adds an `addressPenalised` behind the one that was too much.
 *
 * @param trusted Addresses that are never penalised.
 * @param on Whether anybody is, at the moment.
 */
export function punish(
  penalties: Penalties,
  trusted: (address: string) => boolean,
  on: () => boolean,
): MonoTypeOperatorFunction<ServerEvent> {
  return (event$) => {
    const loggedIn = new SessionTable<true>();

    const offenceOf = (event: ServerEvent): Offence | undefined => {
      if (event.type === 'sessionAuthenticated') loggedIn.set(event.session, true);
      if (event.type === 'connectionRefused') return REFUSED[event.reason];
      if (event.type !== 'sessionClosed') return undefined;
      const isKnown = loggedIn.delete(event.session);
      if (event.reason === 'protocol') return 'protocol';
      // Whoever left the waiting room had no chance to log in.
      return isKnown || event.node === 0 ? undefined : BEFORE_LOGIN[event.reason];
    };
    const verdict = (event: ServerEvent): AddressPenalised | undefined => {
      const offence = offenceOf(event);
      if (!offence || !on() || !('address' in event) || trusted(event.address)) return undefined;
      const { address } = event;
      const forMs = penalties.add(address, offence);
      return forMs > 0 ? { type: 'addressPenalised', address, offence, forMs } : undefined;
    };

    return event$.pipe(staged((below: Subscriber<ServerEvent>) => new Punishing(below, verdict)));
  };
}

/** Adds the verdict, if there is one. An inner Observable for each event would cost more than the event. */
class Punishing extends Stage<ServerEvent> {
  readonly #verdict: (event: ServerEvent) => AddressPenalised | undefined;

  constructor(below: Subscriber<ServerEvent>, verdict: (event: ServerEvent) => AddressPenalised | undefined) {
    super(below);
    this.#verdict = verdict;
  }

  protected override _next(event: ServerEvent): void {
    this.below.next(event);
    const penalised = this.#verdict(event);
    if (penalised) this.below.next(penalised);
  }
}
