import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';

/** How the board names itself to clients. */
export const IDENT = 'Impulse';

/** The reasons of a disconnection that are used here (RFC 4253, section 11.1). */
const [HOST_NOT_ALLOWED, BY_APPLICATION, TOO_MANY_CONNECTIONS] = [1, 11, 12];

/** SSH_MSG_DISCONNECT (RFC 4253, section 12). */
const DISCONNECT = 1;

/** The longest description. Clients show it as one line. */
const MAX_WORDS = 300;

const REASON_OF: Partial<Record<RefusalReason, number>> = {
  full: TOO_MANY_CONNECTIONS,
  rate: TOO_MANY_CONNECTIONS,
  address: TOO_MANY_CONNECTIONS,
  penalty: HOST_NOT_ALLOWED,
  blocked: HOST_NOT_ALLOWED,
  proxy: HOST_NOT_ALLOWED,
};

/** Returns the payload of a disconnection that tells the caller why, in one line. */
export function disconnection(words: string, refused?: RefusalReason): Buffer {
  const line = escapeControls(words.trim().replace(/\s+/g, ' '), MAX_WORDS);
  const reason = (refused && REASON_OF[refused]) ?? BY_APPLICATION;
  const description = Buffer.from(line);
  // Ends with an empty language tag.
  const payload = Buffer.alloc(1 + 4 + 4 + description.length + 4);
  payload[0] = DISCONNECT;
  payload.writeUInt32BE(reason, 1);
  payload.writeUInt32BE(description.length, 5);
  description.copy(payload, 9);
  return payload;
}

/** Returns a packet in the clear, for a client that has no keys yet (RFC 4253, section 6). */
export function clearPacket(payload: Uint8Array): Buffer {
  // The whole is a multiple of 8 bytes, and at least 4 of them are padding.
  const padding = 4 + ((8 - ((5 + payload.length + 4) % 8)) % 8);
  const packet = Buffer.alloc(5 + payload.length + padding);
  packet.writeUInt32BE(packet.length - 4);
  packet[4] = padding;
  packet.set(payload, 5);
  return packet;
}

/** The parts of ssh2 that send a packet. */
interface Sender {
  readonly _protocol: {
    readonly _cipher: { encrypt(packet: Uint8Array): void };
    readonly _packetRW: {
      readonly write: {
        readonly allocStartKEX: number;
        alloc(length: number, forKex: true): Uint8Array;
        finalize(packet: Uint8Array, forKex: true): Uint8Array;
      };
    };
  };
}

/**
 * Sends a client the payload of a disconnection. ssh2 itself sends a reason and no words; should it have changed
 * inside, that is what is sent.
 */
export function sendBy(client: { end(): unknown }, payload: Uint8Array): void {
  try {
    const { _cipher, _packetRW } = (client as unknown as Sender)._protocol;
    const packet = _packetRW.write.alloc(payload.length, true);
    packet.set(payload, _packetRW.write.allocStartKEX);
    _cipher.encrypt(_packetRW.write.finalize(packet, true));
  } catch {
    client.end();
  }
}
