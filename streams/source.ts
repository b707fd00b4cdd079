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
export function source(address: string): string {
  // Nearly always, and asked of each caller by each rule.
  if (!address.includes(':')) return address.includes('%') ? bareOf(address) : address;
  const bare = bareOf(address);
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** An address without its zone (RFC 4007). */
const bareOf = (address: string) => address.split('%', 1)[0] as string;
