import { gmcpMessage, gmcpText } from '../../../streams/protocol/gmcp-text.js';

describe('gmcpText', () => {
  it('writes the name, and the value as JSON if there is one', () => {
    expect(gmcpText('Core.Ping', undefined)).toBe('Core.Ping');
    expect(gmcpText('Char.Vitals', { hp: 10, name: 'é\n' })).toBe('Char.Vitals {"hp":10,"name":"é\\n"}');
    expect(gmcpText('Room.Info', null)).toBe('Room.Info null');
  });

  it('throws for a name that could be read as something else, and a value that JSON has not', () => {
    for (const name of ['', 'Core Ping', 'Core..Ping', '1Core', 'Core.\u00ff', 'x'.repeat(100), 'a\nb'])
      expect(() => gmcpText(name, 1))
        .withContext(name)
        .toThrowError(TypeError, /is not the name of a GMCP package/);
    expect(() => gmcpText('Core.Big', 1n)).toThrowError(TypeError);
  });
});

describe('gmcpMessage', () => {
  it('reads what gmcpText writes', () => {
    for (const value of [undefined, null, 0, '', [1, { a: 'é' }], { deep: { deeper: true } }])
      expect(gmcpMessage(gmcpText('Char.Items.List', value))).toEqual({ name: 'Char.Items.List', value });
  });

  it('takes any space between name and value, and keys that are dangerous elsewhere', () => {
    expect(gmcpMessage('Core.Hello\n {"client":"x"}')?.value).toEqual({ client: 'x' });
    const { value } = gmcpMessage('A.B {"__proto__": {"admin": true}}') ?? {};
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect((value as { admin?: boolean }).admin).toBeUndefined();
  });

  it('returns undefined for malformed ones', () => {
    for (const text of [
      '',
      ' ',
      'Core.Hello {',
      'Core.Hello }{',
      '{"a":1}',
      '\u001b[2J',
      `${'['.repeat(4000)}`,
    ])
      expect(gmcpMessage(text)).withContext(text.slice(0, 20)).toBeUndefined();
  });
});
