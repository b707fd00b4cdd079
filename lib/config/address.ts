import { isIPv6 } from 'node:net';

/** Where to call: telnet's own port if a host is named without one, this machine's board if nothing is. */
const [TELNET_PORT, HERE] = [23, { host: '127.0.0.1', port: 2323 }];

/** A place to call. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What {@link addressOf} takes, for messages. */
export const ADDRESS_ALLOWED = 'HOST, HOST:PORT, [IPV6]:PORT or nothing for 127.0.0.1:2323';

/** Reads `HOST[:PORT]`; undefined if it isn't one. */
export function addressOf(text: string | undefined): Address | undefined {
  if (text === undefined) return HERE;
  // More than one colon without brackets: an IPv6 address, whole.
  if (isIPv6(text)) return { host: text, port: TELNET_PORT };
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? TELNET_PORT : Number(digits);
  return host !== undefined && port > 0 && port <= 65_535 ? { host, port } : undefined;
}
