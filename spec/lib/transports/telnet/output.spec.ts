import type { Socket } from 'node:net';
import { TelnetOutput } from '../../../../lib/transports/telnet/output.js';

const EOR = '\xff\xef';

/** A socket that records writes, and sends them when the spec says so. */
class FakeSocket {
  writable = true;
  writableLength = 0;
  bytesWritten = 0;
  readonly writes: string[] = [];
  readonly #callbacks: (() => void)[] = [];

  write(data: string | Uint8Array, how?: BufferEncoding | (() => void)): void {
    const bytes = Buffer.from(data as string, typeof how === 'string' ? how : undefined);
    if (bytes.length > 0) this.writes.push(bytes.toString('latin1'));
    if (typeof how === 'function') this.#callbacks.push(how);
    this.bytesWritten += bytes.length;
  }
  /** Sends all output. */
  drain(): void {
    this.writableLength = 0;
    for (const callback of this.#callbacks.splice(0)) callback();
  }
}

function open(promptMark?: number): { socket: FakeSocket; output: TelnetOutput } {
  const socket = new FakeSocket();
  return { socket, output: new TelnetOutput(socket as unknown as Socket, { isTelnet: true, promptMark }) };
}

describe('TelnetOutput', () => {
  it('writes at once outside a batch, and a batch in one write, nested ones included', () => {
    const { socket, output } = open();

    output.write('one\n');
    output.batch(() => {
      output.write('two ');
      output.batch(() => output.write('three '));
      output.write(Buffer.from('four'));
      output.command('\xff\xf1');
    });

    expect(socket.writes).toEqual(['one\r\n', 'two three four\xff\xf1']);
  });

  it('sends the output of a batch that throws', () => {
    const { socket, output } = open();

    expect(() =>
      output.batch(() => {
        output.write('said\n');
        throw new Error('failed');
      }),
    ).toThrowError('failed');

    expect(socket.writes).toEqual(['said\r\n']);
  });

  it('marks a prompt, but not its echo', () => {
    const { socket, output } = open(0xef);

    output.batch(() => {
      output.write('Town? ');
      output.echo('Par');
      output.echo('is');
    });

    expect(socket.writes).toEqual([`Town? ${EOR}Paris`]);
  });

  it('keeps the order when the stream is free again, and has not said so yet', () => {
    const { socket, output } = open();
    socket.writableLength = 1;
    output.write('one\n');
    socket.writableLength = 0;
    output.write('two\n');
    output.write(Buffer.alloc(70_000, 'x'));
    output.write('three\n');
    socket.drain();
    expect(socket.writes.join('').replace(/x+/, 'x')).toBe('one\r\ntwo\r\nxthree\r\n');
  });

  it('queues output while the socket is busy, and sends it in one write', () => {
    const { socket, output } = open();
    socket.writableLength = 10;

    output.write('one\n');
    output.write('two\n');
    expect(socket.writes).toEqual([]);
    expect(output.backlog).toBe(20);
    expect(output.bytesOut).toBe(10);
    socket.drain();

    expect(socket.writes).toEqual(['one\r\ntwo\r\n']);
    expect(output.backlog).toBe(0);
  });

  describe('of many bytes', () => {
    const picture = Buffer.alloc(5000, 'x');

    it('sends them as they are, behind what was written before, and doubles 0xFF', () => {
      const { socket, output } = open();
      output.batch(() => {
        output.write('one\n');
        output.write(picture);
        output.write(Buffer.concat([picture, Buffer.of(255), picture]));
        output.write('two\n');
      });
      const x = 'x'.repeat(5000);
      expect(socket.writes.join('')).toBe(`one\r\n${x}${x}\xff\xff${x}two\r\n`);
    });

    it('sends what they were when written, if the app uses its memory again', () => {
      const { socket, output } = open();
      const given: Uint8Array[] = [];
      socket.write = (data) => given.push(data as Uint8Array);
      const frame = Buffer.alloc(5000, 'a');
      output.write(frame);
      frame.fill('b');
      expect(Buffer.concat(given).toString()).toBe('a'.repeat(5000));
    });

    it('queues them while the socket is busy, in the backlog', () => {
      const { socket, output } = open();
      socket.writableLength = 10;
      output.write('one\n');
      output.write(picture);
      output.write('two\n');
      expect(socket.writes).toEqual([]);
      expect(output.backlog).toBe(5020);
      socket.drain();
      expect(socket.writes).toEqual([`one\r\n${'x'.repeat(5000)}two\r\n`]);
    });

    it('drops them when the socket takes no more', () => {
      const { socket, output } = open();
      socket.writable = false;
      output.write(picture);
      expect([socket.writes, output.backlog]).toEqual([[], 0]);
    });
  });

  it('passes all output to the socket when closed, and accepts no more', () => {
    const { socket, output } = open();
    socket.writableLength = 10;
    output.write('goodbye\n');

    output.close();
    output.write('too late\n');
    output.command('\xff\xf1');

    expect(socket.writes).toEqual(['goodbye\r\n']);
  });

  it('drops its queue when discarded', () => {
    const { socket, output } = open();
    socket.writableLength = 10;
    output.write('one\n');

    output.discard();
    output.write('two\n');
    socket.drain();

    expect(socket.writes).toEqual([]);
  });
});
