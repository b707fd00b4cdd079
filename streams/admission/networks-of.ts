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
  if (!bare.includes(':')) return [bare];
  const dotted = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (dotted) return [dotted];
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  const [a = 0, b = 0, c = 0, d = 0, e, f, high = 0, low = 0] = groups;
  if (f === 0xffff && a + b + c + d === 0 && e === 0)
    return [[high >> 8, high & 255, low >> 8, low & 255].join('.')];
  const customer = [a, b, c].map((group) => group.toString(16)).join(':');
  return [
    `${customer}:${d.toString(16)}::/64`,
    `${customer}:${(d & 0xff00).toString(16)}::/56`,
    `${customer}::/48`,
  ];
}
