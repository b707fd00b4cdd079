import { isIpv4, readIpv6, unmapped, writeIpv6 } from '../../../streams/protocol/ip-address.js';

/**
 * Returns the caller's address, as trusted proxies tell it in `X-Forwarded-For`. Each proxy appends the address
 * of its peer, so the list is read from the right, and only as far as the proxies are trusted: a caller can write
 * what it likes to the left.
 *
 * @param peer The address of the connection.
 * @param forwarded The field, if there is one.
 * @param isTrusted Returns whether the proxy at this address is believed.
 */
export function forwardedAddress(
  peer: string,
  forwarded: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  let address = peer;
  for (const told of (forwarded ?? '').split(',').toReversed()) {
    const before = isTrusted(address) ? addressIn(told.trim()) : undefined;
    if (before === undefined) return address;
    address = before;
  }
  return address;
}

/** Returns the address of an entry: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`. */
function addressIn(entry: string): string | undefined {
  const bare = entry.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2');
  if (isIpv4(bare)) return bare;
  const groups = readIpv6(bare);
  return groups && unmapped(writeIpv6(groups));
}
