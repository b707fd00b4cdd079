import { isIPv6 } from 'node:net';

/** The default port if a host is given without one, and the default address. */
const [TELNET_PORT, HERE] = [23, { host: '127.0.0.1', port: 2323 }];

/** The address of a board. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The forms that {@link addressOf} accepts, for messages. */
export const ADDRESS_ALLOWED =
  'HOST, HOST:PORT, HOST PORT, [IPV6]:PORT, telnet://HOST:PORT or nothing for 127.0.0.1:2323';

/** A telnet URL (RFC 4248), as browsers and lists of boards use it. Its user and path are ignored. */
const LINK = /^telnet:\/\/(?:[^@/]*@)?([^/]+)\/?$/i;

/**
 * Parses `HOST[:PORT]`, `HOST PORT` or `telnet://HOST[:PORT]/`. Returns undefined for anything else.
 *
 * @param apart The port, if given as a second argument as telnet clients take it.
 */
export function addressOf(text: string | undefined, apart?: string): Address | undefined {
  if (text === undefined) return HERE;
  if (apart !== undefined) {
    const host = isIPv6(text) ? `[${text}]` : text;
    // The host must not contain a port as well.
    return /^(?:\[.*\]|[^:]*)$/.test(host) ? addressOf(`${host}:${apart}`) : undefined;
  }
  const linked = LINK.exec(text)?.[1];
  if (linked !== undefined) return addressOf(linked);
  // More than one colon without brackets is an IPv6 address without a port.
  if (isIPv6(text)) return { host: text, port: TELNET_PORT };
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? TELNET_PORT : Number(digits);
  return host !== undefined && port > 0 && port <= 65_535 ? { host, port } : undefined;
}
