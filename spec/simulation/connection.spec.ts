import { simulatedClock } from '../../lib/testing/simulation/clock.js';
import {
  type SimulatedConnectionOptions,
  simulatedConnection,
} from '../../lib/testing/simulation/connection.js';

const bytes = (text: string) => Buffer.from(text);

/** A line with a latency of 10 ms, and a diary of both ends. */
function open(options: Partial<SimulatedConnectionOptions> = {}) {
  const clock = simulatedClock();
  const diary: string[] = [];
  const note = (words: string) => diary.push(`${clock.now()} ${words}`);
  const line = simulatedConnection(
    { address: '192.0.2.1', latencyMs: 10, silenceMs: null, ...options },
    clock,
    {
      bytes: (text) => note(`caller reads ${Buffer.from(text).toString().slice(0, 10)}`),
      over: () => note('caller is told that it is over'),
    },
  );
  const { socket } = line;
  socket.on('data', (data) => note(`board reads ${data}`));
  socket.on('end', () => note('end'));
  socket.on('error', ({ message }) => note(message));
  socket.on('close', () => note('close'));
  return { clock, diary, line, socket };
}

describe('simulatedLine', () => {
  it('delivers bytes to both ends after the latency', () => {
    const { clock, diary, line, socket } = open();
    socket.resume();
    line.send(bytes('hello'));
    socket.write('welcome', 'latin1');
    clock.runTo(100);
    expect(diary).toEqual(['10 board reads hello', '10 caller reads welcome']);
    expect([socket.bytesRead, socket.bytesWritten, line.delivered, line.received]).toEqual([5, 7, 5, 7]);
  });

  it('reads nothing during a pause, and loses nothing', () => {
    const { clock, diary, line, socket } = open();
    line.send(bytes('one'));
    line.send(bytes('two'));
    line.hangUp();
    clock.runTo(100);
    expect(diary).toEqual([]);
    socket.once('data', () => socket.pause());
    socket.resume();
    clock.runTo(200);
    expect(diary).toEqual(['100 board reads one']);
    socket.resume();
    clock.runTo(300);
    expect(diary.slice(1)).toEqual(['200 board reads two', '200 end']);
  });

  it('stays open in one direction after the other has ended, and closes after both', () => {
    const { clock, diary, line, socket } = open();
    socket.resume();
    line.hangUp();
    clock.runTo(50);
    socket.write('last words');
    socket.end();
    clock.runTo(100);
    expect(diary).toEqual([
      '10 end',
      '50 close',
      '60 caller reads last words',
      '60 caller is told that it is over',
    ]);
    expect([socket.writable, line.isClosed]).toEqual([false, true]);
  });

  it('reports a reset, but not during a pause without a write', () => {
    const { clock, diary, line, socket } = open();
    line.reset();
    clock.runTo(100);
    expect(diary).toEqual([]);
    socket.write('anybody?');
    clock.runTo(200);
    expect(diary.slice(0, 2)).toEqual(['100 ECONNRESET', '100 close']);
    expect(line.received).toBe(0);
  });

  it("gives up a vanished peer after the kernel's timeout", () => {
    const { clock, diary, line, socket } = open({ silenceMs: 11_000 });
    socket.resume();
    clock.schedule(() => line.vanish(), 100);
    clock.runTo(20_000);
    line.send(bytes('never sent'));
    expect(diary.slice(0, 2)).toEqual(['11100 ETIMEDOUT', '11100 close']);
  });

  it('never gives up a peer without keepalive', () => {
    const { clock, diary, line, socket } = open();
    socket.resume();
    line.vanish();
    clock.runTo(100_000_000);
    expect(diary).toEqual([]);
  });

  it("queues what a caller doesn't read beyond the kernel's buffers, and reports when it is sent", () => {
    const { clock, diary, line, socket } = open();
    line.read(false);
    for (let block = 0; block < 5; block += 1) socket.write('x'.repeat(16 * 1024));
    expect(socket.writableLength).toBe(16 * 1024);
    socket.write('', () => diary.push('through'));
    clock.runTo(100);
    expect(diary).toEqual([]);
    line.read(true);
    clock.runTo(200);
    expect(diary).toContain('through');
    expect([socket.writableLength, line.received]).toEqual([0, 80 * 1024]);
  });

  it("applies backpressure to the caller when the board doesn't read", () => {
    const { line } = open();
    expect(line.send(Buffer.alloc(70_000))).toBe(true);
    expect(line.send(bytes('more'))).toBe(false);
    expect(line.sent).toBe(70_000);
  });

  it('notes a write after the end', () => {
    const { line, socket } = open();
    socket.end();
    socket.write('too late');
    expect(line.misuse).toEqual(['a write behind the end']);
  });
});
