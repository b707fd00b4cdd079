/** True for an IPv4 address in its only unambiguous form: four decimals without leading zeros (RFC 6943, section 3.1.1). */
export function isIpv4(text: string): boolean {
  const bytes = text.split('.').map(Number);
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) && bytes.join('.') === text;
}

/** The eight groups of an IPv6 address in hexadecimal (RFC 4291, section 2.2, forms 1 and 2), without a zone. */
export function readIpv6(text: string): number[] | undefined {
  const [before = [], after, ...more] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const missing = 8 - before.length - (after?.length ?? 0);
  // A double colon stands for one group at least; without it none may be missing.
  if (more.length > 0 || (after ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...before, ...Array<string>(missing).fill('0'), ...(after ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** An IPv6 address in the one form that RFC 5952 recommends; IPv4 in IPv6 clothes (`::ffff:0:0/96`) as IPv4. */
export function writeIpv6(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  const long = groups.map((group) => group.toString(16)).join(':');
  if (long.startsWith('0:0:0:0:0:ffff:')) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  // The longest run of zeros, and the first of several.
  for (let more = 7; more > 0; more -= 1) {
    const short = long.replace(new RegExp(`(?:^|:)0(?::0){${more}}(?::|$)`), '::');
    if (short !== long) return short;
  }
  return long;
}

/** An IPv4 address in IPv6 notation, as a socket for both has it (`::ffff:192.0.2.1`), as IPv4; any other address as it is. */
export function unmapped(address: string): string {
  if (!address.startsWith(MAPPED)) return address;
  const bare = address.slice(MAPPED.length);
  return isIpv4(bare) ? bare : address;
}

const MAPPED = '::ffff:';
