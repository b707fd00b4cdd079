import { Unsent } from '../../../../lib/transports/telnet/unsent.js';

/** Takes all chunks, and calls the callbacks of each. */
function written(unsent: Unsent): string[] {
  const all: string[] = [];
  unsent.flush((bytes, sent) => {
    all.push(Buffer.from(bytes).toString('latin1'));
    sent?.();
  });
  return all;
}

describe('Unsent', () => {
  it('is empty at first', () => {
    const unsent = new Unsent();
    expect(unsent.length).toBe(0);
    expect(written(unsent)).toEqual([]);
  });

  it('returns all queued output in one chunk', () => {
    const unsent = new Unsent();
    let expected = '';
    for (let count = 0; count < 20_000; count += 1) {
      const bytes = String.fromCharCode(count % 256);
      unsent.add(bytes);
      expected += bytes;
    }
    expect(unsent.length).toBe(20_000);
    expect(written(unsent)).toEqual([expected]);
    expect(unsent.length).toBe(0);
    expect(written(unsent)).toEqual([]);
  });

  it('takes bytes as well', () => {
    const unsent = new Unsent();
    unsent.add('a');
    unsent.add(Uint8Array.of(0, 255));
    unsent.add(new Uint8Array(10_000).fill(98));
    expect(unsent.length).toBe(10_003);
    expect(written(unsent)).toEqual([`a\0\xff${'b'.repeat(10_000)}`]);
  });

  it('grows for output beyond its capacity', () => {
    const unsent = new Unsent();
    unsent.add('a');
    unsent.add('b'.repeat(100_000));
    expect(written(unsent)).toEqual([`a${'b'.repeat(100_000)}`]);
  });

  it('notifies the callbacks after the bytes, once', () => {
    const unsent = new Unsent();
    const told: string[] = [];
    unsent.add('bytes');
    unsent.whenSent(() => told.push('one'));
    unsent.whenSent(() => told.push('other'));
    expect(written(unsent)).toEqual(['bytes', '', '']);
    expect(told).toEqual(['one', 'other']);
    written(unsent);
    expect(told.length).toBe(2);
  });

  it('drops the bytes, and still notifies the callbacks', () => {
    const unsent = new Unsent();
    const told: string[] = [];
    unsent.add('bytes');
    unsent.whenSent(() => told.push('one'));
    unsent.clear();
    expect(unsent.length).toBe(0);
    expect(written(unsent)).toEqual(['']);
    expect(told).toEqual(['one']);
    unsent.add('more');
    expect(written(unsent)).toEqual(['more']);
  });
});
