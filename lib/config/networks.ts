import { isIP } from 'node:net';
import { source } from '../../streams/admission/source.js';
import { readIpv6 } from '../../streams/protocol/ip-address.js';
import { runSteps, type Steps } from '../process/run-steps.js';

/** A network as it was written. */
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
  if (family === 'ipv4') return { address, prefix, family };
  const plain = source(address);
  const isMapped = isIP(plain) === 4 && prefix >= MAPPED_BITS;
  return isMapped
    ? { address: plain, prefix: prefix - MAPPED_BITS, family: 'ipv4' }
    : { address, prefix, family };
}

/** Networks of one family: the first bits of their addresses, by how many of them tell a network. */
type ByPrefix<Bits> = Map<number, Set<Bits>>;

interface Known {
  readonly ipv4: ByPrefix<number>;
  readonly ipv6: ByPrefix<string>;
}

/**
 * Whether an address is in one of the networks. IPv4 in IPv6's clothes (`::ffff:192.0.2.1`) is IPv4, and an address
 * that isn't one is in none. Costs a look-up for each prefix length in the list, however long that is: `net.BlockList` goes
 * through all of its rules, which took 1.6 ms a call with 100,000 of them.
 *
 * @param list What {@link networkOf} takes; anything else in it is overlooked.
 */
export function networks(list: readonly string[]): (address: string) => boolean {
  return runSteps(readNetworks(list));
}

/** What {@link networks} does, in steps. */
export function* readNetworks(list: readonly string[]): Steps<(address: string) => boolean> {
  const known: Known = { ipv4: new Map(), ipv6: new Map() };
  for (const text of list) {
    const network = networkOf(text);
    if (network) addTo(known, network);
    yield;
  }
  if (known.ipv4.size + known.ipv6.size === 0) return () => false;
  return (address) => {
    const bare = address.includes('%') ? address.slice(0, address.indexOf('%')) : address;
    switch (isIP(bare)) {
      case 4:
        return isIn4(known.ipv4, numberOf(bare));
      case 6: {
        const digits = digitsOf(bare);
        return digits.startsWith(MAPPED)
          ? isIn4(known.ipv4, lastNumberOf(digits))
          : isIn(known.ipv6, (prefix) => firstDigits(digits, prefix));
      }
      default:
        return false;
    }
  };
}

/** How the digits of IPv4 in IPv6's clothes begin. */
const MAPPED = `${'0'.repeat(20)}ffff`;

/** The IPv4 address at the end of an IPv6 one. */
const lastNumberOf = (digits: string): number => Number.parseInt(digits.slice(24), 16) | 0;

function addTo({ ipv4, ipv6 }: Known, { address, prefix, family }: Network): void {
  if (family === 'ipv4') add(ipv4, prefix, firstBits(numberOf(address), prefix));
  else add(ipv6, prefix, firstDigits(digitsOf(address), prefix));
}

function add<Bits>(known: ByPrefix<Bits>, prefix: number, bits: Bits): void {
  const alike = known.get(prefix);
  if (alike) alike.add(bits);
  else known.set(prefix, new Set([bits]));
}

function isIn<Bits>(known: ByPrefix<Bits>, bitsOf: (prefix: number) => Bits): boolean {
  for (const [prefix, alike] of known) if (alike.has(bitsOf(prefix))) return true;
  return false;
}

const isIn4 = (known: ByPrefix<number>, number: number) => isIn(known, (prefix) => firstBits(number, prefix));

/** An IPv4 address as a whole number of 32 bits; signed, as V8 keeps larger ones in objects. */
const numberOf = (address: string): number =>
  address.split('.').reduce((number, byte) => (number << 8) | Number(byte), 0);

// A shift by 32 is one by none.
const firstBits = (number: number, prefix: number): number => (prefix === 0 ? 0 : number >> (32 - prefix));

/** An IPv6 address as its 32 hexadecimal digits. */
const digitsOf = (address: string): string =>
  (readIpv6(withoutDots(address)) ?? []).map((group) => group.toString(16).padStart(4, '0')).join('');

/** `::1.2.3.4` is `::102:304` (RFC 4291, section 2.2, form 3). */
const withoutDots = (address: string): string =>
  address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });

function firstDigits(digits: string, prefix: number): string {
  const whole = prefix >> 2;
  const rest = prefix & 3;
  if (rest === 0) return digits.slice(0, whole);
  return `${digits.slice(0, whole)}${(Number.parseInt(digits.charAt(whole), 16) >> (4 - rest)).toString(16)}`;
}
