import { BlockList, isIP } from 'node:net';
import { source } from '../../streams/source.js';

/** A network as it was written, and as `net.BlockList` takes it. */
interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** What stands before an IPv4 address in IPv6 notation. */
const MAPPED_BITS = 96;

/**
 * Reads an address, or a network (`203.0.113.0/24`, `2001:db8::/32`); undefined if it is neither. IPv4 in IPv6 notation
 * (`::ffff:203.0.113.0/120`) is read as IPv4, which callers are shown and counted as.
 */
export function networkOf(text: string): Network | undefined {
  const [, address = '', digits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return undefined;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const prefix = digits === undefined ? BITS[family] : Number(digits);
  if (prefix > BITS[family]) return undefined;
  const plain = source(address);
  const isMapped = family === 'ipv6' && isIP(plain) === 4 && prefix >= MAPPED_BITS;
  return isMapped
    ? { address: plain, prefix: prefix - MAPPED_BITS, family: 'ipv4' }
    : { address, prefix, family };
}

/**
 * Whether an address is in one of the networks. IPv4 in IPv6's clothes (`::ffff:192.0.2.1`) is IPv4, and an address
 * that isn't one is in none.
 *
 * @param list What {@link networkOf} takes; anything else in it is overlooked.
 */
export function networks(list: readonly string[]): (address: string) => boolean {
  const known = new BlockList();
  for (const text of list) {
    const network = networkOf(text);
    if (network) known.addSubnet(network.address, network.prefix, network.family);
  }
  if (known.rules.length === 0) return () => false;
  return (address) => {
    const [bare = ''] = address.split('%');
    if (isIP(bare) === 4) return known.check(bare, 'ipv4');
    // A mapped address is its own source; any other IPv6 one is a part of its /64.
    const plain = source(bare);
    return isIP(plain) === 4 ? known.check(plain, 'ipv4') : isIP(bare) === 6 && known.check(bare, 'ipv6');
  };
}
