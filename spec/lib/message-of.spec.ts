import { messageOf } from '../../lib/message-of.js';

describe('messageOf', () => {
  it('is what an error says, or whatever else was thrown', () => {
    expect(messageOf(new Error('no room'))).toBe('no room');
    expect(messageOf('no room')).toBe('no room');
    expect(messageOf(undefined)).toBe('undefined');
  });

  it('is one line, and drives no terminal', () => {
    expect(messageOf(new Error('one\ntwo\x1b[2J'))).toBe('one\\u{a}two\\u{1b}[2J');
  });

  it('survives what no text can be made of', () => {
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
