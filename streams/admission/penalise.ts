import { type MonoTypeOperatorFunction, mergeMap } from 'rxjs';
import type { AddressPenalised, CallbackFailed, ServerEvent } from '../types/events.js';
import type { RefusalReason } from '../types/refusal-reason.js';
import type { EndReason } from '../types/session.js';
import { SessionTable } from '../types/session-table.js';
import { ATTEMPT_PENALTY_MS, type Offence, PENALTIES, type Penalties } from './penalties.js';
import { isSilent } from './silent.js';

/**
 * The offence of a session that ended before the login, by its reason. Other reasons aren't the caller's
 * fault.
 */
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
 * Finds offences in the events and adds them to the penalties. Passes every event on. After the event of the
 * last offence it emits `addressPenalised` for each network that is refused from then on. If `trusted`
 * throws, there is no penalty and it emits `callbackFailed`.
 *
 * @param trusted Addresses that are never penalised.
 * @param on Whether penalties are enabled at the moment.
 */
export function penalise(
  penalties: Penalties,
  trusted: (address: string) => boolean,
  on: () => boolean,
): MonoTypeOperatorFunction<ServerEvent> {
  return (event$) => {
    /** Sessions that have logged in, or couldn't through a fault of the server. */
    const blameless = new SessionTable<true>();

    const offenceOf = (event: ServerEvent): Offence | undefined => {
      if (event.type === 'sessionAuthenticated' || (event.type === 'sessionClosing' && 'error' in event))
        blameless.set(event.session, true);
      if (event.type === 'connectionRefused') return isSilent(event) ? undefined : REFUSED[event.reason];
      if (event.type === 'loginAttemptFailed') return 'login-failed';
      if (event.type !== 'sessionClosed') return undefined;
      const isKnown = blameless.delete(event.session);
      if (event.reason === 'protocol' || event.reason === 'wrong-protocol') return event.reason;
      // A caller who left the waiting room had no chance to log in.
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

    return event$.pipe(
      mergeMap(function* (event) {
        yield event;
        yield* verdicts(event);
      }),
    );
  };
}

type Verdicts = readonly (AddressPenalised | CallbackFailed)[];

const NONE: Verdicts = [];
