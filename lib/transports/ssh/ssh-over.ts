import type { Socket } from 'node:net';
import type { Observable } from 'rxjs';
import type { Credentials } from '../../../streams/types/credentials.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import { PLAIN } from '../protocol.js';
import { SocketConnection } from '../telnet/socket-connection.js';
import { SshWire, type SshWireParts } from './ssh-wire.js';

/**
 * Speaks SSH on a socket. The connection exists before the handshake, which begins at the first subscription to
 * `input$`. A caller who is refused gets no handshake, and is told why all the same.
 */
export function sshOver(socket: Socket, address: string, parts: SshWireParts): SshConnection {
  const wire: SshWire = new SshWire(socket, () => connection, parts);
  const connection = new SshConnection(wire, address);
  return connection;
}

class SshConnection extends SocketConnection {
  readonly #wire: SshWire;

  constructor(wire: SshWire, address: string) {
    super(wire, {
      address,
      transport: 'ssh',
      protocol: () => ({ ...PLAIN, secret: false, offer: () => wire.start() }),
    });
    this.#wire = wire;
  }

  get credentials$(): Observable<Credentials> {
    return this.#wire.login.credentials$;
  }
  override get recognised$(): Observable<never> {
    return this.#wire.firstLine.recognised$;
  }
  refuse(words: string, reason: RefusalReason): void {
    this.#wire.refuse(words, reason);
  }
}
