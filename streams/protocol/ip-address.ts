/**
 * Whether a text is an IPv4 address in its only unambiguous form: four decimals without leading zeros (RFC
 * 6943, section 3.1.1).
 */
export function isIpv4(text: string): boolean {
  const bytes = text.split('.').map(Number);
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) && bytes.join('.') === text;
}

/**
 * Parses an IPv6 address without a zone into its eight groups (RFC 4291, section 2.2, forms 1 and 2). Returns
 * undefined for anything else.
 */
export function readIpv6(text: string): number[] | undefined {
  const [before = [], after, ...more] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const missing = 8 - before.length - (after?.length ?? 0);
  // A double colon stands for at least one group; without it all eight must be there.
  if (more.length > 0 || (after ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** Formats an IPv6 address as RFC 5952 recommends, and an IPv4-mapped one (`::ffff:0:0/96`) as IPv4. */
export function writeIpv6(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  const long = groups.map((group) => group.toString(16)).join(':');
  if (long.startsWith('0:0:0:0:0:ffff:')) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
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
