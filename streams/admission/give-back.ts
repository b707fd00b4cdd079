import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { ServerEvent } from '../types/events.js';
import type { AddressRates } from './address-rates.js';
import { isSilent } from './silent.js';

/**
 * Refunds a connection's tokens to its address, if it got nothing through no fault of its own (the board was
 * full, or there were too many others) or wanted nothing ({@link isSilent}). Passes every event on.
 */
export const giveBack = (rates: Pick<AddressRates, 'giveBack'>): MonoTypeOperatorFunction<ServerEvent> =>
  tap((event) => {
    if ('address' in event && wasForNothing(event)) rates.giveBack(event.address);
  });

function wasForNothing(event: ServerEvent): boolean {
  if (event.type !== 'connectionRefused') return isSilent(event);
  return event.reason === 'full' || event.reason === 'rate' || isSilent(event);
}
