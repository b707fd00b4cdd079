import type { Connection } from '../../../streams/types/connection.js';

/** A telnet connection. */
export interface TelnetConnection extends Connection {
  /** Sends all output of `act` together. Separate writes would cost more than everything else. */
  batch(act: () => void): void;
  /**
   * Checks the first bytes from now on. If they are another protocol, answers in it and ends the input with
   * `wrong-protocol`. If they are a crawler's request in text, answers it and ends the input with `crawler`.
   *
   * @param page The URL of the board's page, for browsers.
   */
  recognise(page?: string): void;
}
