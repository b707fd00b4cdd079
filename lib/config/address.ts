import { isIPv6 } from 'node:net';

/** The default ports if a host is given without one (RFC 854, IANA), and the default address. */
const [TELNET_PORT, TELNETS_PORT] = [23, 992];
const HERE = { host: '127.0.0.1', port: 2323, isSecure: false };

/** The address of a board. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Whether it is called over TLS. */
  readonly isSecure: boolean;
}

/** The forms that {@link addressOf} accepts, for messages. */
export const ADDRESS_ALLOWED =
  'HOST, HOST:PORT, HOST PORT, [IPV6]:PORT, telnet://HOST:PORT, telnets://HOST:PORT or nothing for 127.0.0.1:2323';

/** A telnet URL (RFC 4248), as browsers and lists of boards use it. Its user and path are ignored. */
const LINK = /^telnet(s?):\/\/(?:[^@/]*@)?([^/]+)\/?$/i;

/**
 * Parses `HOST[:PORT]`, `HOST PORT`, `telnet://HOST[:PORT]/` or `telnets://HOST[:PORT]/`. Returns undefined for
 * anything else.
 *
 * @param apart The port, if given as a second argument as telnet clients take it.
 * @param isSecure Whether it is called over TLS, also if it is no `telnets://` URL.
 */
export function addressOf(text: string | undefined, apart?: string, isSecure = false): Address | undefined {
  if (text === undefined) return isSecure ? undefined : HERE;
  if (apart !== undefined) {
    const host = isIPv6(text) ? `[${text}]` : text;
    // The host must not contain a port as well.
    return /^(?:\[.*\]|[^:]*)$/.test(host) ? addressOf(`${host}:${apart}`, undefined, isSecure) : undefined;
  }
  const [, secure = '', linked] = LINK.exec(text) ?? [];
  if (linked !== undefined) return addressOf(linked, undefined, isSecure || secure !== '');
  const usual = isSecure ? TELNETS_PORT : TELNET_PORT;
  // More than one colon without brackets is an IPv6 address without a port.
  if (isIPv6(text)) return { host: text, port: usual, isSecure };
  const [, bracketed, plain, digits] = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? usual : Number(digits);
  return host !== undefined && port > 0 && port <= 65_535 ? { host, port, isSecure } : undefined;
}
