import { networksOf } from './networks-of.js';

/**
 * Returns the source of a connection: an IPv4 address, or the /64 of an IPv6 address, since a host has its
 * whole /64 (RFC 4291, section 2.5.1). An IPv4-mapped address (`::ffff:1.2.3.4`) is IPv4.
 *
 * @example
 * ```ts
 * import { rateLimitKey } from 'impulse-bbs/streams';
 *
 * console.log(rateLimitKey('2001:db8::7')); // 2001:db8:0:0::/64
 * ```
 */
export const rateLimitKey = (address: string): string => networksOf(address)[0] as string;
