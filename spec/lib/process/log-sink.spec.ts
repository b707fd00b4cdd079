import { VirtualTimeScheduler } from 'rxjs';
import { type LogSink, logSink, MAX_WAITING_BYTES } from '../../../lib/process/log-sink.js';

/** A destination that takes this many bytes, and then fails with an error. */
class Reader {
  text = '';
  tries = 0;
  constructor(
    public room: number,
    public code = 'EAGAIN',
  ) {}

  take(bytes: Uint8Array): number {
    this.tries += 1;
    if (this.room === 0) throw Object.assign(new Error(this.code), { code: this.code });
    const taken = bytes.subarray(0, this.room);
    this.room -= taken.length;
    this.text += Buffer.from(taken).toString();
    return taken.length;
  }
}

const FOREVER = Number.POSITIVE_INFINITY;

describe('logSink', () => {
  let scheduler: VirtualTimeScheduler;
  let dropped: number[];
  const made = (reader: Reader): LogSink => {
    scheduler = new VirtualTimeScheduler();
    const sink = logSink((bytes) => reader.take(bytes), scheduler);
    dropped = [];
    sink.dropped$.subscribe((count) => dropped.push(count));
    return sink;
  };
  /** Advances the time. */
  const pass = (ms: number) => {
    const end = scheduler.schedule(() => {}, ms);
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    end.unsubscribe();
  };

  it('writes each line at once', () => {
    const reader = new Reader(FOREVER);
    const sink = made(reader);
    sink.write('one\n');
    sink.write('two é\n');
    expect([reader.text, reader.tries]).toEqual(['one\ntwo é\n', 2]);
  });

  it("keeps what a full reader doesn't take, retries later, and splits no line", () => {
    const reader = new Reader(6);
    const sink = made(reader);
    for (const line of ['one\n', 'two\n', 'three\n']) sink.write(line);
    expect([reader.text, reader.tries]).toEqual(['one\ntw', 3]);

    reader.room = FOREVER;
    pass(49);
    expect(reader.tries).toBe(3);
    pass(1);
    expect(reader.text).toBe('one\ntwo\nthree\n');
    expect(dropped).toEqual([]);
  });

  it('drops lines above its limit, and reports how many once there is room again', () => {
    const reader = new Reader(0);
    const sink = made(reader);
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < MAX_WAITING_BYTES / 1024 + 7; count += 1) sink.write(line);
    // A shorter line would fit, but the gap must be contiguous.
    sink.write('\n');
    pass(10_000);
    expect(dropped).toEqual([]);

    reader.room = MAX_WAITING_BYTES / 2 - 1;
    pass(50);
    expect(dropped).toEqual([]);
    reader.room = 1;
    pass(50);
    expect(dropped).toEqual([8]);
    sink.write('after\n');
    reader.room = FOREVER;
    pass(50);
    expect(reader.text.length).toBe(MAX_WAITING_BYTES + 'after\n'.length);
    expect(dropped).toEqual([8]);
  });

  it('pauses after any other error, and throws nothing', () => {
    const reader = new Reader(0, 'ENOSPC');
    const sink = made(reader);
    sink.write('one\n');
    sink.write('two\n');
    pass(999);
    sink.write('three\n');
    expect(reader.tries).toBe(1);
    reader.room = FOREVER;
    pass(1);
    sink.write('four\n');
    expect(reader.text).toBe('one\ntwo\nthree\nfour\n');
  });

  it('starts no timer for a destination that is gone', () => {
    const sink = made(new Reader(0, 'EPIPE'));
    sink.write('one\n');
    expect(scheduler.actions.length).toBe(0);
  });

  it('ends at once if everything is written', async () => {
    const sink = made(new Reader(FOREVER));
    sink.write('one\n');
    await sink.end();
    expect(scheduler.actions.length).toBe(0);
  });

  it('ends when the last line is written', async () => {
    const reader = new Reader(0);
    const sink = made(reader);
    sink.write('last\n');
    const end = sink.end();
    reader.room = FOREVER;
    pass(50);
    await end;
    expect(reader.text).toBe('last\n');
    expect(scheduler.actions.length).toBe(0);
  });

  it("ends soon if stderr isn't read, and tries later lines once", async () => {
    const reader = new Reader(0);
    const sink = made(reader);
    sink.write('lost\n');
    const end = sink.end();
    pass(500);
    await end;
    const { tries } = reader;
    sink.write('lost too\n');
    expect(reader.tries).toBe(tries + 1);
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('retries at the end what failed before', async () => {
    const reader = new Reader(0, 'ENOSPC');
    const sink = made(reader);
    sink.write('one\n');
    reader.room = FOREVER;
    await sink.end();
    expect(reader.text).toBe('one\n');
  });

  it('accepts lines written during the report of a drop', () => {
    const reader = new Reader(0);
    const sink = made(reader);
    sink.dropped$.subscribe((count) => sink.write(`${count} dropped\n`));
    const line = `${'x'.repeat(MAX_WAITING_BYTES - 1)}\n`;
    sink.write(line);
    sink.write('too much\n');
    reader.room = FOREVER;
    pass(50);
    expect(reader.text).toBe(`${line}1 dropped\n`);
  });
});
