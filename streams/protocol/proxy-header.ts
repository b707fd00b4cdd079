import { isIpv4, readIpv6, writeIpv6 } from './ip-address.js';

/** The result for the first bytes of a connection. */
export type ProxyHeader =
  /** The start of a valid header; more bytes are needed. */
  | { readonly kind: 'more' }
  /** No header, or one that violates the specification whatever follows. */
  | { readonly kind: 'bad'; readonly why: 'no header' | 'malformed header' }
  /** A header of `length` bytes. The `address` is `null` if the peer's own counts. */
  | { readonly kind: 'header'; readonly address: string | null; readonly length: number };

/**
 * The maximum length of a header. The specification has senders keep it within one packet of about 1,460
 * bytes.
 */
export const MAX_PROXY_HEADER_BYTES = 4096;

const MORE: ProxyHeader = { kind: 'more' };
const BAD: ProxyHeader = { kind: 'bad', why: 'malformed header' };
const NO_HEADER: ProxyHeader = { kind: 'bad', why: 'no header' };

/** The start of version 1: `PROXY `. */
const WORD = [0x50, 0x52, 0x4f, 0x58, 0x59, 0x20];
/** The maximum line length of version 1, including CR LF. */
const MAX_LINE_BYTES = 107;

/** The signature of version 2. */
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
/** The length of version 2 before the addresses. */
const FIXED_BYTES = 16;
/** Version 2 with each command. */
const LOCAL = 0x20;
const PROXY = 0x21;
/** The length of both addresses and ports, by family: unspecified, IPv4, IPv6, Unix. */
const ADDRESSES_BYTES = [0, 12, 36, 216];

/**
 * Parses a PROXY protocol header of version 1 or 2 from all bytes received so far (HAProxy,
 * proxy-protocol.txt, section 2). Strict: anything that isn't exactly a header is bad, as soon as that is
 * certain. Version 2 extensions (TLVs) are skipped. Decides within {@link MAX_PROXY_HEADER_BYTES}.
 *
 * The address is the caller's IP address in its shortest form. It is `null` if the proxy connects for itself
 * (`LOCAL`) or doesn't know (`UNKNOWN`, an unspecified or a Unix address).
 */
export function proxyHeader(bytes: Uint8Array): ProxyHeader {
  if (begins(bytes, SIGNATURE)) return readBinary(bytes);
  if (begins(bytes, WORD)) return readLine(bytes);
  return NO_HEADER;
}

/** Also true for fewer bytes that match so far. */
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
  // HAProxy writes IPv4 callers of a dual-stack `bind` as `::ffff:192.0.2.1`. No other notation has dots.
  if (text.includes('.') && !/^::ffff:[\d.]+$/i.test(text)) return undefined;
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
  // With LOCAL the family is ignored.
  if (command === PROXY && (family > 3 || transport > 2)) return BAD;
  if (length > MAX_PROXY_HEADER_BYTES) return BAD;
  if (bytes.length < FIXED_BYTES) return MORE;
  const told = command === PROXY && transport !== 0;
  if (told && length < FIXED_BYTES + (ADDRESSES_BYTES[family] as number)) return BAD;
  if (bytes.length < length) return MORE;
  return { kind: 'header', address: told ? sourceOf(family, bytes.subarray(FIXED_BYTES)) : null, length };
}

/** The source comes first. */
function sourceOf(family: number, addresses: Uint8Array): string | null {
  if (family === 1) return addresses.subarray(0, 4).join('.');
  if (family !== 2) return null;
  const view = new DataView(addresses.buffer, addresses.byteOffset);
  return writeIpv6(Array.from({ length: 8 }, (_, at) => view.getUint16(2 * at)));
}
