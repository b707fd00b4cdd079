import fc from 'fast-check';
import { HISTORY_BYTES, OutputHistory } from '../../../../lib/transports/web/output-history.js';

const text = (bytes: Buffer) => bytes.toString('latin1');

describe('OutputHistory', () => {
  it('has the same as all output, from the first byte that it keeps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40_000), { maxLength: 30 }), fc.nat(100_000), (lengths, lag) => {
        const history = new OutputHistory();
        let all = '';
        for (const [index, length] of lengths.entries()) {
          const bytes = Buffer.alloc(length, index % 251);
          history.add(bytes, Math.max(0, all.length - lag));
          all += text(bytes);
          const needed = Math.max(0, all.length - length - lag);
          expect(history.end).toBe(all.length);
          expect(history.start).toBeLessThanOrEqual(
            Math.min(needed, Math.max(0, all.length - HISTORY_BYTES)),
          );
          expect(text(history.from(history.start)) === all.slice(history.start)).toBeTrue();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is bounded', () => {
    const history = new OutputHistory();
    for (let count = 0; count < 10_000; count += 1) history.add(Buffer.alloc(1000), history.end);
    expect(history.end - history.start).toBeLessThanOrEqual(64 * 1024);
    expect(history.from(history.start).buffer.byteLength).toBeLessThanOrEqual(64 * 1024);
  });

  it('begins at the start, if all is kept', () => {
    const history = new OutputHistory();
    expect(history.safeStart).toBe(0);
    history.add(Buffer.from('no line'), 0);
    expect(history.safeStart).toBe(0);
  });

  const cut = (piece: string) => {
    const history = new OutputHistory();
    for (let count = 0; count < 5000; count += 1) history.add(Buffer.from(piece), history.end);
    return history.from(history.safeStart).toString();
  };
  it('begins with a line, a control sequence, or a character', () => {
    expect(cut('one line of text\r\n').startsWith('one line of text\r\n')).toBeTrue();
    expect(cut('some words\x1b[31m').startsWith('\x1b[31m')).toBeTrue();
    expect(cut('\u2588\u2588\u2588\u2588\u2588\u2588\u2588')).not.toContain('\ufffd');
  });
});
