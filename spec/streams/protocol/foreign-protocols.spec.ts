import { FOREIGN_PROTOCOLS } from '../../../streams/protocol/foreign-protocols.js';

/** The protocols that these first bytes match, in the order of the table. */
const matching = (first: string) => FOREIGN_PROTOCOLS.filter(({ begins }) => begins.test(first));

/** The refusal for the first protocol that matches. */
function refusal(first: string): string | undefined {
  const answer = matching(first)[0]?.answer;
  return typeof answer === 'function' ? answer(first) : answer;
}

const words = 'This is a telnet board';
const number = (bytes = '') => [...bytes].reduce((sum, byte) => 256 * sum + byte.charCodeAt(0), 0);

describe('FOREIGN_PROTOCOLS', () => {
  it('looks at the beginning only', () => {
    for (const first of [
      'GET / ',
      'SSH-2',
      'EHLO a',
      'USER ann\r',
      'CAP LS',
      '*1\r\n$4',
      'PROXY TCP4',
      'RFB 003.008\n',
    ]) {
      expect(matching(first).length).withContext(first).toBe(1);
      expect(matching(`say ${first}`))
        .withContext(first)
        .toEqual([]);
    }
  });

  it('knows RTSP and SIP from HTTP, which has the same methods', () => {
    expect(matching('OPTIONS rtsp://192.0.2.1/ RTSP/1.0')[0]?.name).toBe('RTSP');
    expect(matching('OPTIONS / RTSP/1.0')[0]?.name).toBe('RTSP');
    expect(matching('OPTIONS sip:ann SIP/2.0')[0]?.name).toBe('SIP');
    expect(matching('OPTIONS / HTTP/1.0')[0]?.name).toBe('HTTP');
  });

  it('calls what has zeros a binary protocol, unless it knows the name', () => {
    expect(matching('\0\0\0\x08\x04\xd2\x16\x2f').map(({ name }) => name)).toEqual([
      'Postgres',
      'a binary protocol',
    ]);
    expect(matching('unknown\0').map(({ name }) => name)).toEqual(['a binary protocol']);
    expect(matching('ann\r\0')).toEqual([]);
  });

  it('refuses in a line of the protocol, if it has lines', () => {
    expect(refusal('OPTIONS / RTSP/1.0')).toBe('RTSP/1.0 400 Bad Request\r\n\r\n');
    expect(refusal('OPTIONS sip:ann SIP/2.0')).toBe('SIP/2.0 400 Bad Request\r\n\r\n');
    expect(refusal('GET / HTTP/1.0')).toMatch(/^HTTP\/1\.0 400 .*\r\n(?:[\w-]+: .+\r\n)+\r\n.+\n$/);
    expect(refusal('SSH-2.0-Go\r\n')).toBe(`${words}.\r\n`);
    expect(refusal('EHLO scanner\r\n')).toBe(`554 ${words}\r\n`);
    expect(refusal('USER anonymous\r\n')).toBe(`530 ${words}\r\n`);
    expect(refusal('a1 CAPABILITY\r\n')).toBe(`* BYE ${words}\r\n`);
    expect(refusal('CAP LS 302\r\n')).toBe(`ERROR :${words}\r\n`);
    expect(refusal('*1\r\n$4\r\nINFO\r\n')).toBe(`-ERR ${words}\r\n`);
  });

  it('names the setting that is missing, to a proxy', () => {
    expect(refusal('PROXY TCP4 192.0.2.1 192.0.2.2 56324 2323\r\n')).toContain('--proxy-from');
    expect(refusal('\r\n\r\n\0\r\nQUIT\n\x21\x11')).toContain('--proxy-from');
  });

  /** The refusals with a length: where it stands, and how many bytes come before those it counts. */
  for (const [name, first, from, to, before] of [
    ['TLS', '\x16\x03\x01\0\xa5\x01', 3, 5, 5],
    ['TLS', '\x80\x9e\x01\x03\x01\0', 3, 5, 5],
    ['SMB', '\x81\0\0\x44\x20', 2, 4, 4],
    ['RDP', '\x03\0\0\x0b\x06\xe0', 2, 4, 0],
    ['MQTT', '\x10\x0f\0\x04MQTT', 1, 2, 2],
    ['Postgres', '\0\0\0\x29\0\x03\0\0user\0', 1, 5, 1],
    ['DNS', '\0\x1e\0\x06\x01\0\0\x01\0\0\0\0\0\0', 0, 2, 2],
  ] as const) {
    it(`states the right length to ${name}, for ${JSON.stringify(first)}`, () => {
      const answer = refusal(first) ?? '';
      expect(matching(first)[0]?.name).toBe(name);
      expect(number(answer.slice(from, to))).toBe(answer.length - before);
    });
  }

  it('refuses SOCKS clients of both versions in theirs', () => {
    expect(refusal('\x04\x01\0\x50\x05\x06\x07\x08\0')).toBe('\0\x5b\0\0\0\0\0\0');
    expect(refusal('\x05\x01\0')).toBe('\x05\xff');
  });

  it('says nothing to a client of an unknown protocol', () => {
    expect(refusal('unknown\0')).toBeUndefined();
  });
});
