import { messageOf } from '../../../lib/text/message-of.js';

describe('messageOf', () => {
  it("returns an error's message, or any other thrown value as text", () => {
    expect(messageOf(new Error('no room'))).toBe('no room');
    expect(messageOf('no room')).toBe('no room');
    expect(messageOf(undefined)).toBe('undefined');
  });

  it('returns one line without control characters', () => {
    expect(messageOf(new Error('one\ntwo\x1b[2J'))).toBe('one\\u{a}two\\u{1b}[2J');
  });

  it("survives a value that can't be converted to a string", () => {
    const throws = {
      toString() {
        throw new Error('again');
      },
    };
    for (const odd of [Object.create(null), throws, Object.assign(new Error(), { message: throws })]) {
      expect(messageOf(odd)).toBe('an error without words');
    }
  });
});
