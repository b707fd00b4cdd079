import { isIpv4, readIpv6, writeIpv6 } from './ip-address.js';

/** What the first bytes of a connection are. */
export type ProxyHeader =
  /** The beginning of a header, as far as it goes. */
  | { readonly kind: 'more' }
  /** No header, or one that breaks off from the specification, whatever may follow. */
  | { readonly kind: 'bad'; readonly why: 'no header' | 'malformed header' }
  /** A header of `length` bytes. An `address` of `null` is the peer's own. */
  | { readonly kind: 'header'; readonly address: string | null; readonly length: number };

/** The longest header that is read. The specification has senders keep it within one packet, of some 1,460 bytes. */
export const MAX_PROXY_HEADER_BYTES = 4096;

const MORE: ProxyHeader = { kind: 'more' };
const BAD: ProxyHeader = { kind: 'bad', why: 'malformed header' };
const NO_HEADER: ProxyHeader = { kind: 'bad', why: 'no header' };

/** What version 1 starts with: `PROXY `. */
const WORD = [0x50, 0x52, 0x4f, 0x58, 0x59, 0x20];
/** The longest line of version 1, CR LF included. */
const MAX_LINE_BYTES = 107;

/** What version 2 starts with. */
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
/** What stands before the addresses in version 2. */
const FIXED_BYTES = 16;
/** Version 2 and its commands. */
const LOCAL = 0x20;
const PROXY = 0x21;
/** Both addresses and both ports, by family: unspecified, IPv4, IPv6, Unix. */
const ADDRESSES_BYTES = [0, 12, 36, 216];

/**
 * Reads the header of the PROXY protocol, version 1 or 2, from all bytes that came so far (HAProxy,
 * proxy-protocol.txt, section 2). Strict, and never a guess: what isn't a header to the letter is bad, as soon as it
 * can be told. The extensions of version 2 (TLVs) are skipped. Knows within {@link MAX_PROXY_HEADER_BYTES}.
 *
 * The address is the caller's where it is IP, in its shortest form; `null` where the proxy speaks for itself (`LOCAL`)
 * or can't tell (`UNKNOWN`, an unspecified or a Unix address).
 */
export function proxyHeader(bytes: Uint8Array): ProxyHeader {
  if (begins(bytes, SIGNATURE)) return readBinary(bytes);
  if (begins(bytes, WORD)) return readLine(bytes);
  return NO_HEADER;
}

/** True as well for fewer bytes, as far as they go. */
function begins(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, at) => at >= bytes.length || bytes[at] === byte);
}

function readLine(bytes: Uint8Array): ProxyHeader {
  const text = String.fromCharCode(...bytes.subarray(0, MAX_LINE_BYTES));
  const [line, words = ''] = /^PROXY ([^\r\n]*)\r\n/.exec(text) ?? [];
  if (line === undefined) return text.length < MAX_LINE_BYTES && /^[^\r\n]*\r?$/.test(text) ? MORE : BAD;
  const { length } = line;
  if (/^UNKNOWN(?: |$)/.test(words)) return { kind: 'header', address: null, length };
  const [family = '', from = '', to = '', fromPort = '', toPort = '', ...others] = words.split(' ');
  const address = readAddress(family, from);
  const exact = readAddress(family, to) && isPort(fromPort) && isPort(toPort) && others.length === 0;
  return address && exact ? { kind: 'header', address, length } : BAD;
}

function readAddress(family: string, text: string): string | undefined {
  if (family === 'TCP4') return isIpv4(text) ? text : undefined;
  if (family !== 'TCP6') return undefined;
  // How HAProxy writes an IPv4 caller of a `bind` for both families.
  const dotted = text.replace(/^::ffff:/i, '');
  if (dotted !== text && isIpv4(dotted)) return dotted;
  const groups = readIpv6(text);
  return groups && writeIpv6(groups);
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 0xffff;
}

function readBinary(bytes: Uint8Array): ProxyHeader {
  const [command = LOCAL, kind = 0, high = 0, low = 0] = bytes.subarray(SIGNATURE.length);
  const family = kind >> 4;
  const transport = kind & 15;
  const length = FIXED_BYTES + high * 256 + low;
  if (command !== LOCAL && command !== PROXY) return BAD;
  // With LOCAL the family is ignored, whatever it is.
  if (command === PROXY && (family > 3 || transport > 2)) return BAD;
  if (length > MAX_PROXY_HEADER_BYTES) return BAD;
  if (bytes.length < FIXED_BYTES) return MORE;
  const told = command === PROXY && transport !== 0;
  if (told && length < FIXED_BYTES + (ADDRESSES_BYTES[family] as number)) return BAD;
  if (bytes.length < length) return MORE;
  return { kind: 'header', address: told ? sourceOf(family, bytes.subarray(FIXED_BYTES)) : null, length };
}

/** The source is the first of the addresses. */
function sourceOf(family: number, addresses: Uint8Array): string | null {
  if (family === 1) return addresses.subarray(0, 4).join('.');
  if (family !== 2) return null;
  const view = new DataView(addresses.buffer, addresses.byteOffset);
  return writeIpv6(Array.from({ length: 8 }, (_, at) => view.getUint16(2 * at)));
}
