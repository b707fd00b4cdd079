import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { firstValueFrom, toArray } from 'rxjs';
import { answerLines } from '../../../../lib/operations/control/answer-lines.js';

/** The lines emitted for these chunks, with this limit of the line length. */
function linesOf(chunks: readonly string[], max?: number): Promise<string[]> {
  const socket = new PassThrough() as unknown as Socket & PassThrough;
  const lines = firstValueFrom(answerLines(socket, max).pipe(toArray()));
  for (const chunk of chunks) socket.write(Buffer.from(chunk, 'latin1'));
  socket.end();
  return lines;
}

describe('answerLines', () => {
  it('emits each line once, however it is chunked, and a last line without its newline', async () => {
    expect(await linesOf([])).toEqual([]);
    expect(await linesOf(['one\ntwo\n'])).toEqual(['one', 'two']);
    expect(await linesOf(['o', 'ne', '\nt', 'wo'])).toEqual(['one', 'two']);
    expect(await linesOf(['\n\n'])).toEqual(['', '']);
  });

  it('decodes letters split between chunks, and splits only at newlines', async () => {
    expect(await linesOf(['\xe2\x80', '\xa8\r\n'])).toEqual(['\u2028\r']);
  });

  it('errors at a line that is too long, before it is complete', async () => {
    await expectAsync(linesOf(['short\n', 'long', 'er'], 5)).toBeRejectedWithError(RangeError);
    expect(await linesOf(['short\n', 'long'], 5)).toEqual(['short', 'long']);
  });

  it('removes its listeners when unsubscribed', () => {
    const socket = new PassThrough() as unknown as Socket & PassThrough;
    answerLines(socket).subscribe().unsubscribe();
    expect(['data', 'close'].map((event) => socket.listenerCount(event))).toEqual([0, 0]);
  });
});
