import { containCompleter } from '../../../streams/session/contain-completer.js';

const ignored = () => {};

describe('containCompleter', () => {
  it("makes choices plain text, and drops those that don't start with the typed text", () => {
    const completer = containCompleter(() => ['\x1b[2Jlook', 'look\x07', 'LOOK', 'leave'], ignored);
    expect(completer('lo')).toEqual(['look', 'LOOK']);
  });

  it('has no choices when the completer throws, and passes the error on', () => {
    const failed: unknown[] = [];
    const broken = new Error('broken');
    const completer = containCompleter(
      () => {
        throw broken;
      },
      (error) => failed.push(error),
    );
    expect(completer('x')).toEqual([]);
    expect(failed).toEqual([broken]);
  });
});
