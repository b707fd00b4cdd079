import type { MonoTypeOperatorFunction } from 'rxjs';
import { OperatorSubscriber, operator } from '../../../streams/rx/operator.js';
import type { TelnetConnection } from './telnet-connection.js';

/**
 * Passes telnet connections on. Sends telnet's first offers, and what is written while a connection is passed on,
 * as one packet.
 */
export const greetInOnePacket = (): MonoTypeOperatorFunction<TelnetConnection> =>
  operator((destination) => new GreetingSubscriber(destination));

class GreetingSubscriber extends OperatorSubscriber<TelnetConnection> {
  protected override onNext(connection: TelnetConnection): void {
    connection.recognise();
    connection.batch(() => super.onNext(connection));
  }
}
