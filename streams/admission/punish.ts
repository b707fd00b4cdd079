import type { MonoTypeOperatorFunction, Subscriber } from 'rxjs';
import { Stage, staged } from '../rx/stage.js';
import type { RefusalReason } from '../types/admission.js';
import type { AddressPenalised, CallbackFailed, ServerEvent } from '../types/events.js';
import type { EndReason } from '../types/session.js';
import { SessionTable } from '../types/session-table.js';
import { ATTEMPT_PENALTY_MS, type Offence, PENALTIES, type Penalties } from './penalties.js';
import { isSilent } from './silent.js';

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
  penalty: 'knocking',
  gate: 'no-login',
  'wrong-protocol': 'wrong-protocol',
};

/**
 * Watches what happens on the board for what callers do wrong, and adds it to the penalties. Passes every event on, and
 * adds an `addressPenalised` behind the one that was too much, for each network that is kept out from then on. Where
 * `trusted` throws nobody is penalised, and it is a `callbackFailed`.
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
    /** Sessions of callers who have logged in, or could not for a fault of ours. */
    const blameless = new SessionTable<true>();

    const offenceOf = (event: ServerEvent): Offence | undefined => {
      if (event.type === 'sessionAuthenticated' || (event.type === 'sessionClosing' && 'error' in event))
        blameless.set(event.session, true);
      if (event.type === 'connectionRefused') return isSilent(event) ? undefined : REFUSED[event.reason];
      if (event.type === 'loginAttemptFailed') return 'login-failed';
      if (event.type !== 'sessionClosed') return undefined;
      const isKnown = blameless.delete(event.session);
      if (event.reason === 'protocol' || event.reason === 'wrong-protocol') return event.reason;
      // Whoever left the waiting room had no chance to log in.
      return isKnown || event.node === 0 || isSilent(event) ? undefined : BEFORE_LOGIN[event.reason];
    };
    const verdicts = (event: ServerEvent): Verdicts => {
      const offence = offenceOf(event);
      if (!offence || !on() || !('address' in event)) return NONE;
      const { address } = event;
      try {
        if (trusted(address)) return NONE;
      } catch (error) {
        return [{ type: 'callbackFailed', callback: 'trusted', error }];
      }
      const ms = event.type === 'loginAttemptFailed' ? ATTEMPT_PENALTY_MS : PENALTIES[offence];
      const begun = penalties.add(address, offence, ms);
      return begun.map(({ network, forMs }) => ({
        type: 'addressPenalised',
        address,
        network,
        offence,
        forMs,
      }));
    };

    return event$.pipe(staged((below: Subscriber<ServerEvent>) => new Punishing(below, verdicts)));
  };
}

type Verdicts = readonly (AddressPenalised | CallbackFailed)[];

const NONE: Verdicts = [];

/** Adds the verdicts, if there are any. An inner Observable for each event would cost more than the event. */
class Punishing extends Stage<ServerEvent> {
  readonly #verdicts: (event: ServerEvent) => Verdicts;

  constructor(below: Subscriber<ServerEvent>, verdicts: (event: ServerEvent) => Verdicts) {
    super(below);
    this.#verdicts = verdicts;
  }

  protected override _next(event: ServerEvent): void {
    this.below.next(event);
    for (const verdict of this.#verdicts(event)) this.below.next(verdict);
  }
}
