import { announcement } from '../../../streams/terminal/announcement.js';

const told = (colours: boolean, columns = 80) =>
  announcement('Back in five minutes', { colours, columns }, (text) => text.length);

describe('an announcement', () => {
  it('is marked as coming from the sysop', () => expect(told(false)).toBe('*** Back in five minutes ***'));

  it('has other colours, if the terminal has colours', () =>
    expect(told(true)).toBe('\x1b[1;7m*** Back in five minutes ***\x1b[0m'));

  it('is wrapped between words, with the colours on each row', () => {
    expect(told(false, 20)).toBe('*** Back in five\nminutes ***');
    expect(told(true, 20)).toBe('\x1b[1;7m*** Back in five\x1b[0m\n\x1b[1;7mminutes ***\x1b[0m');
  });
});
