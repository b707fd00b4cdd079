import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { firstValueFrom, toArray } from 'rxjs';
import { answerLines } from '../../../lib/control/answer-lines.js';

/** What came in these chunks, in lines of so many characters. */
function linesOf(chunks: readonly string[], max?: number): Promise<string[]> {
  const socket = new PassThrough() as unknown as Socket & PassThrough;
  const lines = firstValueFrom(answerLines(socket, max).pipe(toArray()));
  for (const chunk of chunks) socket.write(Buffer.from(chunk, 'latin1'));
  socket.end();
  return lines;
}

describe('answerLines', () => {
  it('has each line once, however they were cut, and the last one without its newline', async () => {
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf(['one\ntwo\n'])).toEqual(['one', 'two']);
    expect(await linesOf(['o', 'ne', '\nt', 'wo'])).toEqual(['one', 'two']);
    expect(await linesOf(['\n\n'])).toEqual(['', '']);
  });

  it('puts letters together that were cut, and cuts nothing but newlines', async () => {
    expect(await linesOf(['\xe2\x80', '\xa8\r\n'])).toEqual(['\u2028\r']);
  });

  it('errors at a line that is too long, before it has come as a whole', async () => {
    await expectAsync(linesOf(['short\n', 'long', 'er'], 5)).toBeRejectedWithError(RangeError);
    expect(await linesOf(['short\n', 'long'], 5)).toEqual(['short', 'long']);
  });

  it('listens no longer than somebody does', () => {
    const socket = new PassThrough() as unknown as Socket & PassThrough;
    answerLines(socket).subscribe().unsubscribe();
    expect(['data', 'close'].map((event) => socket.listenerCount(event))).toEqual([0, 0]);
  });
});
