import * as fc from 'fast-check';
import { foreignProtocol, MAX_FIRST_BYTES } from '../../../streams/protocol/foreign-protocol.js';
import { holds } from '../../support/holds.js';

const bytes = (latin1: string) => Buffer.from(latin1, 'latin1');
const look = (latin1: string) => foreignProtocol(bytes(latin1));

/** The first bytes of other protocols' clients; those of scanners are from nmap's nmap-service-probes. */
const BEGINNINGS: readonly (readonly [protocol: string, first: string])[] = [
  ['HTTP', 'GET / HTTP/1.0\r\n\r\n'],
  ['HTTP', 'GET /'],
  ['HTTP', 'POST /cgi-bin/ HTTP/1.1\r\nHost: x\r\n'],
  ['HTTP', `GET /${'a'.repeat(5000)} HTTP/1.1\r\n`],
  ['HTTP', 'OPTIONS / HTTP/1.0\r\n\r\n'],
  ['HTTP', 'CONNECT example.org:443 HTTP/1.1\r\n'],
  ['HTTP', 'GET http://example.org/ HTTP/1.1\r\n'],
  ['HTTP', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['RTSP', 'OPTIONS / RTSP/1.0\r\n\r\n'],
  ['RTSP', 'DESCRIBE rtsp://192.0.2.1/ RTSP/1.0\r\nCSeq: 1\r\n'],
  ['SIP', 'OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\n'],
  ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
  ['TLS', '\x16\x03\x00\x00S\x01\x00\x00O\x03\x00?G'],
  ['TLS', '\x80\x9e\x01\x03\x01\x00u\x00\x00\x00 \x00'],
  ['SSH', 'SSH-2.0-Go\r\n'],
  ['SSH', 'SSH-1.5-NmapNSE_1.0\n'],
  ['SMTP', 'EHLO scanner\r\n'],
  ['SMTP', 'HELO example.org\r\n'],
  ['SMTP', 'MAIL FROM:<a@example.org>\r\n'],
  ['FTP', 'USER anonymous\r\n'],
  ['FTP', 'AUTH TLS\r\n'],
  ['IMAP', 'a001 CAPABILITY\r\n'],
  ['IRC', 'NICK ab\r\nUSER ab 0 * :ab\r\n'],
  ['IRC', 'CAP LS 302\r\n'],
  ['SMB', '\x00\x00\x00\xa4\xffSMB\x72\x00\x00\x00\x00\x08\x01\x40'],
  ['SMB', '\x00\x00\x00\x66\xfeSMB\x40\x00'],
  ['SMB', '\x81\x00\x00\x44\x20CKFDENECFDEFFCFGEFFCCACACACACACA\x00'],
  ['RDP', '\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00'],
  ['RDP', '\x03\x00\x00*%\xe0\x00\x00\x00\x00\x00Cookie: mstshash=nmap\r\n\x01\x00\x08\x00\x03\x00\x00\x00'],
  ['Redis', '*1\r\n$4\r\nINFO\r\n'],
  ['Redis', '*1\r\n$4\r\n'],
  ['memcached', '\x80\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'],
  ['PROXY', 'PROXY TCP4 192.0.2.1 192.0.2.2 56324 2323\r\n'],
  ['PROXY', 'PROXY UNKNOWN\r\n'],
  ['PROXY', '\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\xdc\x04\x09\x13'],
  ['SOCKS', '\x04\x01\x00\x50\x05\x06\x07\x08\x00'],
  ['SOCKS', '\x05\x04\x00\x01\x02\x80\x05\x01\x00\x03'],
  ['SOCKS', '\x05\x01\x00'],
  ['MQTT', '\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03abc'],
  ['MQTT', '\x10\x12\x00\x06MQIsdp\x03\x02'],
  ['Postgres', '\x00\x00\x00\x08\x04\xd2\x16\x2f'],
  ['Postgres', '\x00\x00\x00\x29\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00'],
  ['X11', 'l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00'],
  ['X11', 'B\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00'],
  ['Java RMI', 'JRMI\x00\x02K'],
  ['Java', '\xac\xed\x00\x05sr'],
  ['Java', 't3 12.1.2\nAS:2048\n'],
  ['DNS', '\x00\x1e\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03'],
  ['DNS', '\x00\x0c\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00'],
  ['LDAP', '0\x0c\x02\x01\x01`\x07\x02\x01\x02\x04\x00\x80\x00'],
  ['LDAP', '0\x84\x00\x00\x00-\x02\x01\x07c\x84\x00\x00\x00$\x04\x00'],
  ['SQL Server', '\x12\x01\x00\x34\x00\x00\x00\x00\x00\x00\x15\x00'],
  ['VNC', 'RFB 003.008\n'],
  ['ADB', 'CNXN\x00\x00\x00\x01\x00\x10\x00\x00'],
  ['BitTorrent', '\x13BitTorrent protocol\x00\x00'],
  ['GIOP', 'GIOP\x01\x00\x01\x00'],
  ['a binary protocol', '\x80\x00\x00\x28\x72\xfe\x1d\x13\x00\x00\x00\x00\x00\x00\x00\x02'],
  ['a binary protocol', '\x00root\x00root\x00vt100/9600\x00'],
  ['a binary protocol', ':\x00\x00\x00\x2f\x00\x00\x00\x02\x00\x00\x40'],
  ['a binary protocol', 'DmdT\x00\x00\x00\x17\x00\x00\x00\x01'],
];

/** The first input of people and their clients. */
const OURS = [
  '\xff\xfb\x18\xff\xfb\x1f',
  '\xff\xfd\x03GET / HTTP/1.0\r\n',
  'ann\r\n',
  'ann\r\0',
  'ann\n',
  '\r\n',
  '\r\0',
  '\n\n',
  'Zo\xc3\xab\r\n',
  '\x1b[A\x1b[B\r',
  '\x1b',
  // Words that a person may type, although some servers take them for commands.
  ...[
    'stats',
    'help',
    'HELP',
    'INFO',
    'quit',
    'QUIT',
    'version',
    'ehlo',
    'HELO',
    'GET',
    'GET well',
    'user',
  ].map((word) => `${word}\r\n`),
  'Post Malone\r\n',
  'SSH\r\n',
  'Proxy\r\n',
  'OPTIONS\r\n',
  'root\r\n',
];

describe('foreignProtocol', () => {
  for (const [name, first] of BEGINNINGS) {
    it(`recognises ${name} by ${JSON.stringify(first.slice(0, 24))}`, () => {
      expect(look(first)).toEqual(jasmine.objectContaining({ kind: 'foreign', name }));
    });
  }

  for (const first of OURS) {
    it(`takes ${JSON.stringify(first)} for input of a caller`, () => {
      expect(look(first)).toEqual({ kind: 'ours' });
    });
  }

  it('waits for the end of a line, up to 64 bytes', () => {
    expect(look('')).toEqual({ kind: 'more' });
    expect(look('GE')).toEqual({ kind: 'more' });
    expect(look('a'.repeat(MAX_FIRST_BYTES - 1))).toEqual({ kind: 'more' });
    expect(look('a'.repeat(MAX_FIRST_BYTES))).toEqual({ kind: 'ours' });
  });

  it('recognises a protocol however its first bytes are split', () => {
    for (const [name, first] of BEGINNINGS.filter(([, all]) => !/^[\r\n]|^\*\d|^NICK/.test(all))) {
      let found = look('');
      for (let end = 1; found.kind === 'more' && end <= first.length; end += 1)
        found = look(first.slice(0, end));
      expect(found.kind)
        .withContext(`${name}: ${JSON.stringify(first.slice(0, 24))}`)
        .toBe('foreign');
    }
  });

  it('examines at most 64 bytes', () => {
    const many = Buffer.alloc(1_000_000, 'a');
    const read = spyOn(many, 'subarray').and.callThrough();
    expect(foreignProtocol(many)).toEqual({ kind: 'ours' });
    expect(read).toHaveBeenCalledOnceWith(0, MAX_FIRST_BYTES);
  });

  it('takes any text of lower-case letters, digits and spaces for input of a caller', () => {
    holds(
      fc.property(fc.stringMatching(/^[a-z0-9 ._-]{1,40}$/), (typed) => {
        const isSmtp = /^ehlo \S/.test(typed) || /^t3s? \d/.test(typed);
        return isSmtp || look(`${typed}\r\n`).kind === 'ours';
      }),
    );
  });

  const answerTo = (first: string) => {
    const found = look(first);
    return found.kind === 'foreign' ? found.answer : undefined;
  };

  it('answers in the protocol, with a refusal', () => {
    expect(answerTo('GET / HTTP/1.0\r\n\r\n')).toMatch(
      /^HTTP\/1\.0 400 This is a telnet board\r\n(?:[^\r\n]+\r\n)+\r\nThis is a telnet board\.\n$/,
    );
    expect(answerTo('\x16\x03\x01\x00\xa5\x01')).toBe('\x15\x03\x01\x00\x02\x02\x46');
    expect(answerTo('EHLO scanner\r\n')).toBe('554 This is a telnet board\r\n');
    expect(answerTo('*1\r\n$4\r\nINFO\r\n')).toBe('-ERR This is a telnet board\r\n');
    expect(answerTo('\x00\x00\x00\x08\x04\xd2\x16\x2f')).toBe('N');
  });

  it("refuses a DNS query with the query's id", () => {
    expect(answerTo('\x00\x1e\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00')).toBe(
      '\x00\x0c\x12\x34\x80\x05\x00\x00\x00\x00\x00\x00\x00\x00',
    );
  });

  it('answers X11 in the byte order of its client, with the length in words of four bytes', () => {
    const words = 'This is a telnet board. ';
    expect(answerTo('l\x00\x0b\x00\x00\x00')).toBe(`\x00\x18\x0b\x00\x00\x00\x06\x00${words}`);
    expect(answerTo('B\x00\x00\x0b\x00\x00')).toBe(`\x00\x18\x00\x0b\x00\x00\x00\x06${words}`);
  });

  it('answers Postgres with an error of the stated length', () => {
    const answer = answerTo('\x00\x00\x00\x29\x00\x03\x00\x00user\x00') ?? '';
    expect(answer.charCodeAt(4)).toBe(answer.length - 1);
  });
});
