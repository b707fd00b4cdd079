/**
 * Whether a text is an IPv4 address in its only unambiguous form: four decimals without leading zeros (RFC
 * 6943, section 3.1.1).
 */
export function isIpv4(text: string): boolean {
  const bytes = text.split('.').map(Number);
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) && bytes.join('.') === text;
}

/**
 * Parses an IPv6 address without a zone into its eight groups (RFC 4291, section 2.2). Returns undefined for
 * anything else.
 */
export function readIpv6(text: string): number[] | undefined {
  const ending = text.slice(text.lastIndexOf(':') + 1);
  const digits = isIpv4(ending) ? text.slice(0, -ending.length) + groupsOf(ending) : text;
  const [before = [], after, ...more] = digits
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const missing = 8 - before.length - (after?.length ?? 0);
  // A double colon stands for at least one group; without it all eight must be there.
  if (more.length > 0 || (after ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** Returns an IPv4 address as the last two groups of an IPv6 address. */
function groupsOf(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Returns the IPv4 address that is mapped in an IPv6 address (`::ffff:0:0/96`), if one is. */
export function mappedIpv4(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined;
}

/** Formats an IPv6 address as RFC 5952 recommends, and an IPv4-mapped one as IPv4. */
export function writeIpv6(groups: readonly number[]): string {
  const ipv4 = mappedIpv4(groups);
  if (ipv4) return ipv4;
  const long = groups.map((group) => group.toString(16)).join(':');
  // Shorten the longest run of zeros, the first one of equals.
  for (let more = 7; more > 0; more -= 1) {
    const short = long.replace(new RegExp(`(?:^|:)0(?::0){${more}}(?::|$)`), '::');
    if (short !== long) return short;
  }
  return long;
}

/**
 * Returns an IPv4-mapped address, as a dual-stack socket has it (`::ffff:192.0.2.1`), as IPv4, and other
 * addresses unchanged.
 */
export function unmapped(address: string): string {
  if (!address.startsWith(MAPPED)) return address;
  const bare = address.slice(MAPPED.length);
  return isIpv4(bare) ? bare : address;
}

const MAPPED = '::ffff:';
