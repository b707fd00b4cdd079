import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import {
  MAX_PROXY_HEADER_BYTES,
  type ProxyHeader,
  proxyHeader,
} from '../../../streams/protocol/proxy-header.js';
import { holds } from '../../support/holds.js';
import { addresses, binary, type Ends, line, SIGNATURE, tlv } from '../../support/proxy-headers.js';

const MORE: ProxyHeader = { kind: 'more' };
const header = (address: string | null, length: number): ProxyHeader => ({ kind: 'header', address, length });

const text = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');
const join = (...parts: (Uint8Array | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Uint8Array.from(part)));

const LOCAL = 0x20;
const PROXY = 0x21;

/** 192.0.2.1:56324 connects to 192.0.2.11:443. */
const OVER_IPV4 = addresses({ from: [192, 0, 2, 1], to: [192, 0, 2, 11], fromPort: 56324, toPort: 443 });
/** 2001:db8::1 connects to 2001:db8::2. */
const OVER_IPV6 = addresses({
  from: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  to: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  fromPort: 56324,
  toPort: 443,
});
const OVER_UNIX = Array<number>(216).fill(47);

/** Valid headers. */
const WELL_FORMED: [name: string, bytes: Uint8Array, address: string | null][] = [
  // The examples of the specification, section 2.1: one in full, the others as its longest lines.
  ["version 1, the specification's example", line('TCP4 192.168.0.1 192.168.0.11 56324 443'), '192.168.0.1'],
  ['the longest over IPv4', line('TCP4 255.255.255.255 255.255.255.255 65535 65535'), '255.255.255.255'],
  [
    'the longest over IPv6',
    line(`TCP6 ${Array(8).fill('ffff').join(':')} ${Array(8).fill('ffff').join(':')} 65535 65535`),
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  ['the shortest unknown', line('UNKNOWN'), null],
  [
    'the longest unknown',
    line(`UNKNOWN ${Array(8).fill('ffff').join(':')} ${Array(8).fill('ffff').join(':')} 65535 65535`),
    null,
  ],
  ['unknown, followed by anything', line('UNKNOWN \0 \xff TCP4 192.0.2.1'), null],
  ['version 1 over IPv6', line('TCP6 2001:DB8:0:0::1 2001:db8::2 0 65535'), '2001:db8::1'],
  ['IPv4-mapped addresses', line('TCP6 ::ffff:192.0.2.1 ::FFFF:192.0.2.11 1 2'), '192.0.2.1'],
  ['IPv4-mapped addresses in hexadecimal', line('TCP6 ::ffff:c000:201 ::ffff:c000:20b 1 2'), '192.0.2.1'],
  ['version 2 over IPv4', binary(PROXY, 0x11, OVER_IPV4), '192.0.2.1'],
  ['a datagram over IPv4', binary(PROXY, 0x12, OVER_IPV4), '192.0.2.1'],
  ['version 2 over IPv6', binary(PROXY, 0x21, OVER_IPV6), '2001:db8::1'],
  ['a datagram over IPv6', binary(PROXY, 0x22, OVER_IPV6), '2001:db8::1'],
  [
    'version 2, IPv4-mapped addresses',
    binary(PROXY, 0x21, [...Array(10).fill(0), 255, 255, 192, 0, 2, 1, ...Array(20).fill(0)]),
    '192.0.2.1',
  ],
  ['a Unix stream', binary(PROXY, 0x31, OVER_UNIX), null],
  ['a Unix datagram', binary(PROXY, 0x32, OVER_UNIX), null],
  ['an unspecified family', binary(PROXY, 0x00), null],
  ['an unspecified family, with bytes to skip', binary(PROXY, 0x00, OVER_IPV4), null],
  ['an unspecified transport', binary(PROXY, 0x10, OVER_IPV4), null],
  ['the proxy itself', binary(LOCAL, 0x00), null],
  ['the proxy itself, with addresses to ignore', binary(LOCAL, 0x11, OVER_IPV4), null],
  ['the proxy itself, with a family to ignore', binary(LOCAL, 0xff, [1, 2, 3]), null],
  [
    'extensions',
    binary(PROXY, 0x11, [...OVER_IPV4, ...tlv(0x04, [0, 0, 0]), ...tlv(0x02, [97])]),
    '192.0.2.1',
  ],
  [
    'the longest extension',
    binary(PROXY, 0x11, [...OVER_IPV4, ...tlv(0x04, Array(MAX_PROXY_HEADER_BYTES - 31).fill(0))]),
    '192.0.2.1',
  ],
];

/** An IPv6 address in its shortest form; an IPv4-mapped one as IPv4. */
function canonical(address: string): string {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  return [high, low].flatMap((hex) => [...Buffer.from(hex.padStart(4, '0'), 'hex')]).join('.');
}

/** A second parser of the header, written from the specification. */
function specified(bytes: Uint8Array): ProxyHeader | null {
  const data = Buffer.from(bytes);
  const [all, family, from = '', to = '', ...ports] =
    /^PROXY (?:UNKNOWN|UNKNOWN [^\r\n]*|TCP([46]) ([^ ]+) ([^ ]+) (0|[1-9]\d*) (0|[1-9]\d*))\r\n/.exec(
      data.toString('latin1'),
    ) ?? [];
  if (all !== undefined) {
    if (all.length > 107) return null;
    if (family === undefined) return header(null, all.length);
    const isRight = (address: string) =>
      family === '4'
        ? isIPv4(address)
        : isIPv6(address) && (/^[0-9a-f:]+$/i.test(address) || /^::ffff:[\d.]+$/i.test(address));
    if (!isRight(from) || !isRight(to) || ports.some((port) => Number(port) > 65_535)) return null;
    return header(family === '4' ? from : canonical(from), all.length);
  }
  if (data.length < 16 || data.toString('latin1', 0, 12) !== '\r\n\r\n\0\r\nQUIT\n') return null;
  const length = 16 + data.readUInt16BE(14);
  const kind = data.toString('hex', 13, 14);
  if (length > Math.min(4096, data.length)) return null;
  if (data[12] === 0x20) return header(null, length);
  if (data[12] !== 0x21) return null;
  if (/^0[0-2]|[1-3]0$/.test(kind)) return header(null, length);
  if (/^3[12]$/.test(kind)) return length >= 232 ? header(null, length) : null;
  if (/^1[12]$/.test(kind)) return length >= 28 ? header([...data.subarray(16, 20)].join('.'), length) : null;
  if (/^2[12]$/.test(kind) && length >= 52) {
    return header(canonical(data.toString('hex', 16, 32).replace(/(....)(?!$)/g, '$1:')), length);
  }
  return null;
}

describe('proxyHeader', () => {
  for (const [name, bytes, address] of WELL_FORMED) {
    it(`reads ${name}`, () => {
      expect(proxyHeader(bytes)).toEqual(header(address, bytes.length));
      expect(proxyHeader(join(bytes, text('hello\r\n')))).toEqual(header(address, bytes.length));
    });

    it(`waits for more of ${name}, wherever it is split`, () => {
      for (let length = 0; length < bytes.length; length += 1) {
        if (proxyHeader(bytes.subarray(0, length)).kind !== 'more') fail(`cut at ${length}`);
      }
      expect(proxyHeader(bytes.subarray(0, -1))).toEqual(MORE);
    });
  }

  it("leaves what follows the header in the specification's example", () => {
    const request = 'GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n';
    const bytes = text(`PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n${request}`);
    expect(proxyHeader(bytes)).toEqual(header('192.168.0.1', bytes.length - request.length));
  });

  const IPV4 = 'TCP4 192.0.2.1 192.0.2.11';
  for (const [name, bytes] of [
    ['another protocol', text('GET / HTTP/1.1\r\n')],
    ['telnet', Uint8Array.of(255, 251, 31)],
    ['lower case', text('proxy TCP4 192.0.2.1 192.0.2.11 1 2\r\n')],
    ['a header after other bytes', text('\r\nPROXY TCP4 192.0.2.1 192.0.2.11 1 2\r\n')],
    ['a tab for a space', text('PROXY\tUNKNOWN\r\n')],
    ['an unknown family', line('TCP5 192.0.2.1 192.0.2.11 1 2')],
    ['datagrams in version 1', line('UDP4 192.0.2.1 192.0.2.11 1 2')],
    ['no family', line('')],
    ['a word that starts with UNKNOWN', line('UNKNOWNS')],
    ['a family alone', line('TCP4')],
    ['one address', line('TCP4 192.0.2.1')],
    ['one port', line(`${IPV4} 1`)],
    ['three ports', line(`${IPV4} 1 2 3`)],
    ['an extra space', line(`${IPV4}  1 2`)],
    ['a space at the end', line(`${IPV4} 1 2 `)],
    ['a port that is too high', line(`${IPV4} 65536 2`)],
    ['another port that is too high', line(`${IPV4} 1 65536`)],
    ['a port with a leading zero', line(`${IPV4} 01 2`)],
    ['a port with a sign', line(`${IPV4} +1 2`)],
    ['a port in hexadecimal', line(`${IPV4} 0x1 2`)],
    ['an empty port', line(`${IPV4}  2`)],
    ['a leading zero', line('TCP4 192.0.2.01 192.0.2.11 1 2')],
    ['an invalid source', line('TCP4 192.0.2 192.0.2.11 1 2')],
    ['an invalid destination', line('TCP4 192.0.2.1 192.0.2.256 1 2')],
    ['IPv6 declared as IPv4', line('TCP4 2001:db8::1 2001:db8::2 1 2')],
    ['IPv4 declared as IPv6', line('TCP6 192.0.2.1 192.0.2.11 1 2')],
    ['a destination of the other family', line('TCP6 2001:db8::1 192.0.2.11 1 2')],
    ['a zone', line('TCP6 fe80::1%eth0 fe80::2 1 2')],
    ['two double colons', line('TCP6 2001::db8::1 2001:db8::2 1 2')],
    ['another IPv6 notation of IPv4', line('TCP6 ::192.0.2.1 ::1 1 2')],
    ['an IPv4-mapped address with bad IPv4', line('TCP6 ::ffff:192.0.2.01 ::1 1 2')],
    ['LF alone', text(`PROXY ${IPV4} 1 2\n`)],
    ['CR alone', text(`PROXY ${IPV4} 1 2\rhello`)],
    ['LF alone, followed by CR LF', text(`PROXY ${IPV4} 1 2\nhello\r\n`)],
    ['CR alone after UNKNOWN', text('PROXY UNKNOWN\rhello\r\n')],
    ['a line of 108 bytes', line(`UNKNOWN ${'x'.repeat(92)}`)],
    ['a line without an end', text(`PROXY UNKNOWN ${'x'.repeat(93)}`)],
    ['a line that ends with the 107th byte, which is CR', text(`PROXY UNKNOWN ${'x'.repeat(92)}\r`)],
    ['version 1 in a binary header', binary(0x11, 0x11, OVER_IPV4)],
    ['version 3', binary(0x31, 0x11, OVER_IPV4)],
    ['an unknown command', binary(0x22, 0x11, OVER_IPV4)],
    ['an unknown family in version 2', binary(PROXY, 0x41, OVER_UNIX)],
    ['an unknown transport', binary(PROXY, 0x13, OVER_IPV4)],
    ['too little for IPv4', binary(PROXY, 0x11, OVER_IPV4.slice(1))],
    ['too little for IPv6', binary(PROXY, 0x21, OVER_IPV6.slice(1))],
    ['IPv4 declared as IPv6, in version 2', binary(PROXY, 0x21, OVER_IPV4)],
    ['too little for Unix', binary(PROXY, 0x31, OVER_UNIX.slice(1))],
    [
      'a byte above the limit',
      binary(PROXY, 0x11, [...OVER_IPV4, ...Array(MAX_PROXY_HEADER_BYTES - 27).fill(0)]),
    ],
  ] as const) {
    it(`refuses ${name}`, () => expect(proxyHeader(bytes).kind).toBe('bad'));
  }

  it('waits for a line of up to 107 bytes', () => {
    const longest = line(`UNKNOWN ${'x'.repeat(91)}`);
    expect(longest.length).toBe(107);
    expect(proxyHeader(longest)).toEqual(header(null, 107));
    expect(proxyHeader(longest.subarray(0, 106))).toEqual(MORE);
  });

  it('tells a malformed header from none', () => {
    const why = (bytes: Uint8Array) => (proxyHeader(bytes) as { why?: string }).why;
    for (const none of ['hello\r\n', 'GET / HTTP/1.1\r\n', 'PROX', 'PROXY\tTCP4', '\r\n\r\nhello'])
      expect([none, why(text(none))]).toEqual([none, none === 'PROX' ? undefined : 'no header']);
    for (const bad of [text('PROXY TCP4 192.0.2.1\r\n'), Uint8Array.of(...SIGNATURE, 0x30)])
      expect(why(bad)).toBe('malformed header');
  });

  it('refuses as soon as it is certain', () => {
    for (const [at, right] of SIGNATURE.entries()) {
      const wrong = [...SIGNATURE.slice(0, at), right ^ 1];
      expect(proxyHeader(Uint8Array.from(wrong)).kind).toBe('bad');
    }
    for (const [at, right] of [...text('PROXY ')].entries()) {
      expect(proxyHeader(join(text('PROXY ').subarray(0, at), [right ^ 1])).kind).toBe('bad');
    }
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, 0x30)).kind).toBe('bad');
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, 0x22)).kind).toBe('bad');
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, PROXY, 0x41)).kind).toBe('bad');
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, PROXY, 0x13)).kind).toBe('bad');
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, LOCAL, 0, 0xff)).kind).toBe('bad');
    expect(proxyHeader(Uint8Array.of(...SIGNATURE, PROXY, 0x11, 0, 11)).kind).toBe('bad');
    expect(proxyHeader(text('PROXY TCP4\n')).kind).toBe('bad');
  });

  const byte = fc.nat({ max: 255 });
  const port = fc.nat({ max: 0xffff });
  const ends = (size: number): fc.Arbitrary<Ends> => {
    const address = fc.array(fc.oneof(fc.constant(0), fc.constant(255), byte), {
      minLength: size,
      maxLength: size,
    });
    return fc.record({ from: address, to: address, fromPort: port, toPort: port });
  };
  const extensions = fc
    .array(fc.tuple(byte, fc.array(byte, { maxLength: 20 })), { maxLength: 3 })
    .map((all) => all.flatMap(([type, value]) => tlv(type, value)));
  const dotted = (bytes: readonly number[]) => bytes.join('.');
  const colons = (bytes: readonly number[]) =>
    Array.from({ length: 8 }, (_, at) =>
      Buffer.from(bytes)
        .readUInt16BE(2 * at)
        .toString(16),
    ).join(':');

  /** A valid header, and the address in it. */
  const anyHeader: fc.Arbitrary<{ bytes: Uint8Array; address: string | null }> = fc.oneof(
    ends(4).map((all) => ({
      bytes: line(`TCP4 ${dotted(all.from)} ${dotted(all.to)} ${all.fromPort} ${all.toPort}`),
      address: dotted(all.from),
    })),
    ends(16).map((all) => ({
      bytes: line(`TCP6 ${colons(all.from)} ${colons(all.to)} ${all.fromPort} ${all.toPort}`),
      address: canonical(colons(all.from)),
    })),
    fc.tuple(ends(4), extensions).map(([all, more]) => ({
      bytes: binary(PROXY, 0x11, [...addresses(all), ...more]),
      address: dotted(all.from),
    })),
    fc.tuple(ends(16), extensions).map(([all, more]) => ({
      bytes: binary(PROXY, 0x21, [...addresses(all), ...more]),
      address: canonical(colons(all.from)),
    })),
    ends(4).map((all) => ({
      bytes: line(`UNKNOWN ${dotted(all.from)} ${dotted(all.to)} ${all.fromPort} ${all.toPort}`),
      address: null,
    })),
    fc.tuple(byte, ends(16), extensions).map(([family, all, more]) => ({
      bytes: binary(LOCAL, family, [...addresses(all), ...more]),
      address: null,
    })),
  );

  it('returns the address that was encoded', () => {
    holds(
      fc.property(anyHeader, fc.uint8Array({ maxLength: 50 }), ({ bytes, address }, data) => {
        throwUnless(proxyHeader(join(bytes, data))).toEqual(header(address, bytes.length));
      }),
      { numRuns: 1000 },
    );
  });

  /** A corruption of bytes in transit. */
  type Mutation = (bytes: number[]) => number[];
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  /** Bytes that mutations insert: any, and those with a meaning in one of the versions. */
  const telling = fc.oneof(
    byte,
    fc.constantFrom(
      ...text('PROXY TCP46 UNKNOWN\r\n.:0129fF'),
      0x20,
      0x21,
      0x11,
      0x12,
      0x22,
      0x31,
      12,
      36,
      0,
    ),
  );
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.tuple(place, telling).map(
      ([at, to]) =>
        (bytes: number[]) =>
          bytes.with(Math.floor(at * bytes.length), to),
    ),
    fc.tuple(place, fc.nat({ max: 7 })).map(
      ([at, bit]) =>
        (bytes: number[]) =>
          bytes.map((was, index) => (index === Math.floor(at * bytes.length) ? was ^ (1 << bit) : was)),
    ),
    fc.tuple(place, fc.array(telling, { minLength: 1, maxLength: 4 })).map(
      ([at, put]) =>
        (bytes: number[]) =>
          bytes.toSpliced(Math.floor(at * bytes.length), 0, ...put),
    ),
    fc.tuple(place, fc.integer({ min: 1, max: 6 })).map(
      ([at, count]) =>
        (bytes: number[]) =>
          bytes.toSpliced(Math.floor(at * bytes.length), count),
    ),
    fc.tuple(place, place).map(([from, to]) => (bytes: number[]) => {
      const [start = 0, end = 0] = [from, to]
        .map((at) => Math.floor(at * bytes.length))
        .sort((a, b) => a - b);
      return [...bytes.slice(0, end), ...bytes.slice(start)];
    }),
    place.map((at) => (bytes: number[]) => bytes.slice(0, Math.ceil(at * bytes.length))),
    fc.tuple(place, anyHeader).map(([at, { bytes: other }]) => (bytes: number[]) => [
      ...bytes.slice(0, Math.floor(at * bytes.length)),
      ...other,
    ]),
  );

  it("accepts no address in 10,000 mutations that isn't literally there", () => {
    const seen = { more: 0, bad: 0, address: 0, none: 0 };
    holds(
      fc.property(anyHeader, fc.array(mutation, { minLength: 1, maxLength: 3 }), ({ bytes }, mutations) => {
        const mutated = Uint8Array.from(
          mutations.reduce((so, mutate) => (so.length > 0 ? mutate(so) : so), [...bytes]),
        );
        const found = proxyHeader(mutated);
        seen[found.kind !== 'header' ? found.kind : found.address === null ? 'none' : 'address'] += 1;
        const expected = specified(mutated);
        if (expected) throwUnless(found).toEqual(expected);
        else throwUnless(found.kind).not.toBe('header');
      }),
      { numRuns: 10_000, seed: 4 },
    );
    // Otherwise the test proves nothing.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  it('decides within the maximum length', () => {
    const start = fc.constantFrom(
      join(SIGNATURE, [PROXY, 0x11]),
      join(SIGNATURE, [LOCAL]),
      join(SIGNATURE),
      text('PROXY UNKNOWN '),
      text(''),
    );
    holds(
      fc.property(start, fc.uint8Array({ minLength: 30, maxLength: 30 }), (begin, bytes) => {
        const long = join(begin, bytes, Array(MAX_PROXY_HEADER_BYTES).fill(1));
        throwUnless(proxyHeader(long.subarray(0, MAX_PROXY_HEADER_BYTES))).not.toEqual(MORE);
      }),
      { numRuns: 1000 },
    );
  });
});
