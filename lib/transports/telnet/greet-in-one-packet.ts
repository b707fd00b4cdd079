import type { MonoTypeOperatorFunction } from 'rxjs';
import { isRefused } from '../../../streams/admission/refused.js';
import { OperatorSubscriber, operator } from '../../../streams/rx/operator.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';

/** Passes connections on. Sends the first offers, and what is written while one is passed on, as one packet. */
export const greetInOnePacket = (): MonoTypeOperatorFunction<ConnectionAttempt> =>
  operator((destination) => new GreetingSubscriber(destination));

class GreetingSubscriber extends OperatorSubscriber<ConnectionAttempt> {
  protected override onNext(attempt: ConnectionAttempt): void {
    if (isRefused(attempt) || !attempt.batch) super.onNext(attempt);
    else attempt.batch(() => super.onNext(attempt));
  }
}
