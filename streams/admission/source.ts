import { sourceNetworks } from './source-networks.js';

/**
 * What counts as one source of connections: an IPv4 address, or the /64 that an IPv6 address is in, since
 * whoever has one address of a /64 has all of them (RFC 4291, section 2.5.1). An IPv4 address in IPv6
 * clothes (`::ffff:1.2.3.4`) is IPv4.
 *
 * @example
 * ```ts
 * import { source } from 'impulse-bbs/streams';
 *
 * console.log(source('2001:db8::7')); // 2001:db8:0:0::/64
 * ```
 */
export const source = (address: string): string => sourceNetworks(address)[0] as string;
