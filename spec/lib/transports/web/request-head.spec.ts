import { MAX_HEAD_BYTES, readHead } from '../../../../lib/transports/web/request-head.js';

const read = (text: string) => readHead(Buffer.from(text, 'latin1'));
const bad = (code: number) => ({ kind: 'bad', code }) as never;

describe('readHead', () => {
  it('reads the head, and says how long it is', () => {
    const text =
      'GET /a/b?columns=80&x HTTP/1.1\r\nHost: bbs.example:8080\r\nX-Forwarded-For:  1.2.3.4 \r\n\r\n';
    const found = read(`${text}rest`);
    if (found.kind !== 'head') return fail(found.kind);
    expect(found.length).toBe(text.length);
    expect(found.head.method).toBe('GET');
    expect(found.head.path).toBe('/a/b');
    expect(found.head.query.get('columns')).toBe('80');
    expect({ ...found.head.headers }).toEqual({ host: 'bbs.example:8080', 'x-forwarded-for': '1.2.3.4' });
  });

  it('joins fields of one name, and has nothing but fields', () => {
    const found = read('GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\na: 2\r\nconstructor: 3\r\n\r\n');
    if (found.kind !== 'head') return fail(found.kind);
    expect(found.head.headers.a).toBe('1, 2');
    expect(found.head.headers.constructor as unknown).toBe('3');
    expect(found.head.headers.tostring).toBeUndefined();
  });

  it('waits for the end of the head, up to its greatest length', () => {
    expect(read('GET / HTTP/1.1\r\nHost: x\r\n').kind).toBe('more');
    expect(read('').kind).toBe('more');
    expect(read('x'.repeat(MAX_HEAD_BYTES - 1)).kind).toBe('more');
    expect(read('x'.repeat(MAX_HEAD_BYTES))).toEqual(bad(431));
    const long = `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(MAX_HEAD_BYTES)}\r\n\r\n`;
    expect(read(long)).toEqual(bad(431));
  });

  for (const [what, head] of [
    ['no host', 'GET / HTTP/1.1\r\nA: 1'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y'],
    ['two origins', 'GET / HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nOrigin: http://y'],
    ['HTTP/1.0', 'GET / HTTP/1.0\r\nHost: x'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\nHost: x'],
    ['a target of a proxy', 'GET http://x/ HTTP/1.1\r\nHost: x'],
    ['a target with a control', 'GET /\x1b HTTP/1.1\r\nHost: x'],
    ['a folded field', 'GET / HTTP/1.1\r\nHost: x\r\n more: 1'],
    ['a field without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nnothing'],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x'],
    ['a lone LF in a field', 'GET / HTTP/1.1\r\nHost: x\nA: y'],
    ['a NUL in a field', 'GET / HTTP/1.1\r\nHost: x\0'],
    ['no request at all', 'hello, is this a board?'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(read(`${head}\r\n\r\n`)).toEqual(bad(400));
    });
  }
});
