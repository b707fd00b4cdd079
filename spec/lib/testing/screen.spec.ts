import { fakeSession } from '../../../lib/testing/fake-session.js';
import { expectScreen, screenOf } from '../../../lib/testing/screen.js';
import { inVirtualTime } from '../../../lib/testing/virtual-time.js';

describe('screenOf', () => {
  it('returns the visible text, not the bytes sent', async () => {
    const { lines, cursor } = await screenOf('helo\b\b\x1b[1mllo\n> ', { columns: 40 });
    expect(lines).toEqual(['hello', '>']);
    expect(cursor).toEqual({ row: 1, column: 2 });
  });

  it('treats the newlines of the wire and of an app the same', async () => {
    expect((await screenOf('a\r\nb')).lines).toEqual(['a', 'b']);
    expect((await screenOf('a\nb')).lines).toEqual(['a', 'b']);
  });

  it('wraps at the edge, scrolls at the bottom, and draws wide letters in two columns', async () => {
    expect((await screenOf('\u6f22\u5b57\u6f22', { columns: 4 })).lines).toEqual(['\u6f22\u5b57', '\u6f22']);
    expect((await screenOf('1\n2\n3', { rows: 2 })).lines).toEqual(['2', '3']);
  });

  it('reads bytes as UTF-8', async () => {
    expect((await screenOf(Buffer.from('\u00e9'))).lines).toEqual(['\u00e9']);
  });
});

describe('expectScreen', () => {
  const output = () =>
    inVirtualTime((m) => {
      const session = fakeSession(m);
      session.write('> ');
      session.notify('bob: hello');
      return session.output;
    });

  it('accepts a matching screen', async () => {
    await expectAsync(expectScreen(output(), ['bob: hello', '>'])).toBeResolved();
  });

  it('throws at a different screen', async () => {
    await expectAsync(expectScreen(output(), ['>', 'bob: hello'])).toBeRejectedWithError(/bob: hello/);
  });
});
