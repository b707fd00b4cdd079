import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { ServerEvent } from '../types/events.js';
import type { AddressRates } from './address-rates.js';
import { isSilent } from './silent.js';

/**
 * Gives an address back what a call took of its rate, if the call had nothing for it through no fault of its own (the board was
 * full, or too many others called), or wanted nothing ({@link isSilent}). Passes every event on.
 */
export const giveBack = (rates: Pick<AddressRates, 'giveBack'>): MonoTypeOperatorFunction<ServerEvent> =>
  tap((event) => {
    if ('address' in event && wasForNothing(event)) rates.giveBack(event.address);
  });

function wasForNothing(event: ServerEvent): boolean {
  if (event.type !== 'connectionRefused') return isSilent(event);
  return event.reason === 'full' || event.reason === 'rate' || isSilent(event);
}
