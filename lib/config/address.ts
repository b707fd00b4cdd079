import { isIPv6 } from 'node:net';

/** Where to call: telnet's own port if a host is named without one, this machine's board if nothing is. */
const [TELNET_PORT, HERE] = [23, { host: '127.0.0.1', port: 2323 }];

/** A place to call. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What {@link addressOf} takes, for messages. */
export const ADDRESS_ALLOWED =
  'HOST, HOST:PORT, HOST PORT, [IPV6]:PORT, telnet://HOST:PORT or nothing for 127.0.0.1:2323';

/** A link to a board (RFC 4248), as browsers and directories of boards have it; its user and its path say nothing to us. */
const LINK = /^telnet:\/\/(?:[^@/]*@)?([^/]+)\/?$/i;

/**
 * Reads `HOST[:PORT]`, `HOST PORT` or `telnet://HOST[:PORT]/`; undefined if it is none of them.
 *
 * @param apart The port, if it stands behind the host as telnet's own clients take it.
 */
export function addressOf(text: string | undefined, apart?: string): Address | undefined {
  if (text === undefined) return HERE;
  if (apart !== undefined) {
    const host = isIPv6(text) ? `[${text}]` : text;
    // Two ports would be one too many.
    return /^(?:\[.*\]|[^:]*)$/.test(host) ? addressOf(`${host}:${apart}`) : undefined;
  }
  const linked = LINK.exec(text)?.[1];
  if (linked !== undefined) return addressOf(linked);
  // More than one colon without brackets: an IPv6 address, whole.
  if (isIPv6(text)) return { host: text, port: TELNET_PORT };
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? TELNET_PORT : Number(digits);
  return host !== undefined && port > 0 && port <= 65_535 ? { host, port } : undefined;
}
