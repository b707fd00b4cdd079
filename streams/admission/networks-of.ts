import { mappedIpv4, readIpv6 } from '../protocol/ip-address.js';

/**
 * How much more than one source a network may do, by its index in {@link networksOf}: four times as much
 * for a /56, sixteen times for a /48.
 */
export const SHARES = [1, 4, 16] as const;

/**
 * Returns the networks in which an address counts, the narrowest first. An IPv4 address counts alone. An IPv6
 * address counts in its /64 (RFC 4291, section 2.5.1), /56 and /48: a household or a customer gets that many
 * addresses (RFC 6177), and could fill a board from hundreds of /64. An IPv4-mapped address
 * (`::ffff:1.2.3.4`) is IPv4.
 */
export function networksOf(address: string): readonly string[] {
  const bare = address.includes('%') ? (address.split('%', 1)[0] as string) : address;
  const groups = bare.includes(':') && readIpv6(bare);
  if (!groups) return [bare];
  const ipv4 = mappedIpv4(groups);
  if (ipv4) return [ipv4];
  const [a = 0, b = 0, c = 0, d = 0] = groups;
  const customer = [a, b, c].map((group) => group.toString(16)).join(':');
  return [
    `${customer}:${d.toString(16)}::/64`,
    `${customer}:${(d & 0xff00).toString(16)}::/56`,
    `${customer}::/48`,
  ];
}
