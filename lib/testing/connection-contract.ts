import assert from 'node:assert/strict';
import type { Subscription } from 'rxjs';
import type { Connection, Terminal } from '../../streams/types/connection.js';

/** A connection, and its caller at the other end. */
export interface ConnectionUnderTest {
  /** The connection, as the transport emits it. */
  readonly connection: Connection;
  /** All application bytes that the caller has received, without the transport's own. */
  readonly received: Uint8Array;
  /** Whether the caller has seen the end of the connection. */
  readonly ended: boolean;
  /** The caller sends application bytes. */
  send(bytes: Uint8Array): void;
  /** The caller stops reading. */
  stopReading(): void;
  /** The caller reads again. */
  readAgain(): void;
  /** The caller hangs up. */
  hangUp(): void;
  /** Frees everything, whatever has happened. */
  dispose(): void | Promise<void>;
}

/**
 * Tests a transport: whether its connections keep the contract of {@link Connection}. Calls `it` for each rule, with
 * its name and an asynchronous function that rejects if the rule is broken: `it` of Jasmine, Mocha or Vitest, or
 * `test` of `node:test`.
 *
 * @param make Connects a caller. Called once for each rule.
 * @param patienceMs How long anything may take, in milliseconds. Only a broken rule waits for it.
 * @example
 * ```ts
 * import { once } from 'node:events';
 * import { connect, createServer, type Socket } from 'node:net';
 * import { test } from 'node:test';
 * import { streamConnection } from 'impulse-bbs';
 * import { connectionContract } from 'impulse-bbs/testing';
 *
 * const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1').unref();
 * await once(server, 'listening');
 *
 * connectionContract(test, async () => {
 *   const accepted = once(server, 'connection') as Promise<[Socket]>;
 *   const caller = connect((server.address() as { port: number }).port, '127.0.0.1');
 *   const [socket] = await accepted;
 *   let received = Buffer.alloc(0);
 *   caller.on('data', (bytes) => {
 *     received = Buffer.concat([received, bytes]);
 *   });
 *   let ended = false;
 *   caller.on('close', () => {
 *     ended = true;
 *   });
 *   return {
 *     connection: streamConnection(socket, { address: '127.0.0.1' }),
 *     get received() {
 *       return received;
 *     },
 *     get ended() {
 *       return ended;
 *     },
 *     send: (bytes) => caller.write(bytes),
 *     stopReading: () => caller.pause(),
 *     readAgain: () => caller.resume(),
 *     hangUp: () => caller.end(),
 *     dispose: () => {
 *       caller.destroy();
 *       socket.destroy();
 *     },
 *   };
 * });
 * ```
 */
export function connectionContract(
  it: (rule: string, test: () => Promise<void>) => unknown,
  make: () => Promise<ConnectionUnderTest>,
  patienceMs = 20_000,
): void {
  const until = async (what: string, holds: () => boolean) => {
    const start = performance.now();
    while (!holds()) {
      if (performance.now() - start > patienceMs)
        assert.fail(`in ${patienceMs} ms it never happened that ${what}`);
      await turns(1);
    }
  };

  const rule = (name: string, test: (under: ConnectionUnderTest, hearing: Hearing) => Promise<void>) =>
    it(name, async () => {
      const under = await make();
      const hearing = new Hearing(under.connection);
      // A board always has this subscriber.
      let isClosed = false;
      under.connection.closed$.subscribe({
        complete: () => {
          isClosed = true;
        },
      });
      try {
        await test(under, hearing);
        under.connection.destroy();
        await until('closed$ completes after destroy()', () => isClosed);
      } finally {
        hearing.stop();
        await under.dispose();
      }
    });

  rule('names the address of the caller', async ({ connection }) => {
    assert.match(connection.address, /^[\d.]+$|:/);
  });

  rule('emits the terminal at once, and has the same as a property', async ({ connection }) => {
    const seen: Terminal[] = [];
    connection.terminal$.subscribe((terminal) => seen.push(terminal));
    assert.deepEqual(seen, [connection.terminal]);
    assert.ok(connection.terminal.columns > 0 && connection.terminal.rows > 0);
  });

  rule('emits what the caller sends, in order', async (under, hearing) => {
    hearing.start();
    under.send(bytesOf('hello '));
    under.send(bytesOf('board\r'));
    await until('input$ emits all of it', () => hearing.text === 'hello board\r');
    assert.ok(under.connection.bytesIn >= 12);
  });

  rule(
    'keeps what the caller sends before there is a subscriber, and between two',
    async (under, hearing) => {
      under.send(bytesOf('one '));
      hearing.start();
      await until('input$ emits all of it', () => hearing.text === 'one ');
      hearing.stop();
      under.send(bytesOf('two '));
      await turns();
      assert.equal(hearing.text, 'one ');
      hearing.start();
      await until('input$ emits all of it', () => hearing.text === 'one two ');
    },
  );

  rule('emits what was put back first, to the next subscriber', async (under, hearing) => {
    hearing.start();
    under.send(bytesOf('x'));
    await until('input$ emits all of it', () => hearing.text === 'x');
    hearing.stop();
    under.connection.putBack(bytesOf('back '));
    hearing.start();
    under.send(bytesOf('later'));
    await until('input$ emits all of it', () => hearing.text === 'xback later');
  });

  rule('emits nothing while paused, and loses nothing', async (under, hearing) => {
    hearing.start();
    under.send(bytesOf('a'));
    await until('input$ emits all of it', () => hearing.text === 'a');
    under.connection.pause();
    under.send(bytesOf('b'));
    await turns();
    assert.equal(hearing.text, 'a');
    under.connection.resume();
    await until('input$ emits all of it', () => hearing.text === 'ab');
  });

  rule('sends text in UTF-8 with CR LF for each newline, and bytes unchanged', async (under, hearing) => {
    hearing.start();
    const before = under.connection.bytesOut;
    under.connection.write('Grüße\n');
    under.connection.write(Uint8Array.of(0, 10, 13, 127, 200, 254));
    const expected = [...bytesOf('Grüße\r\n'), 0, 10, 13, 127, 200, 254];
    await until('the output arrives', () => endsWith(under.received, expected));
    assert.ok(under.connection.bytesOut - before >= expected.length);
  });

  rule('encodes text for the terminal, and emits the change', async (under, hearing) => {
    hearing.start();
    const seen: Terminal['encoding'][] = [];
    under.connection.terminal$.subscribe(({ encoding }) => seen.push(encoding));
    under.connection.setEncoding('cp437');
    assert.equal(under.connection.terminal.encoding, 'cp437');
    assert.equal(seen.at(-1), 'cp437');
    under.connection.write('\u00e9\n');
    await until('the output arrives', () => endsWith(under.received, [0x82, 13, 10]));
  });

  rule('sends a lot of output whole and in order', async (under, hearing) => {
    hearing.start();
    const lines = Array.from({ length: 2000 }, (_, number) => `${number}`.padStart(60));
    for (const line of lines) under.connection.write(`${line}\n`);
    const expected = bytesOf(`${lines.join('\r\n')}\r\n`);
    await until('the output arrives', () => endsWith(under.received, expected));
  });

  rule('counts what the caller does not read as backlog, until it does', async (under, hearing) => {
    hearing.start();
    under.stopReading();
    assert.equal(await completes(under.connection.drained$), true);
    const block = 'x'.repeat(64 * 1024);
    // More than any kernel buffers.
    for (let count = 0; count < 512 && under.connection.backlog < 1_000_000; count += 1) {
      under.connection.write(block);
      await turns(1);
    }
    assert.ok(under.connection.backlog > 0, 'there is no backlog');
    let isDrained = false;
    under.connection.drained$.subscribe({
      complete: () => {
        isDrained = true;
      },
    });
    await turns();
    assert.equal(isDrained, false);
    under.readAgain();
    await until('drained$ completes', () => isDrained);
    assert.equal(under.connection.backlog, 0);
  });

  rule('sends everything before close() ends the connection', async (under, hearing) => {
    hearing.start();
    under.connection.write('goodbye\n');
    under.connection.close();
    under.connection.write('unheard\n');
    await until(
      'the caller sees the end',
      () => under.ended || endsWith(under.received, bytesOf('goodbye\r\n')),
    );
    await until('the output arrives', () => endsWith(under.received, bytesOf('goodbye\r\n')));
  });

  rule('completes the input when the caller hangs up, also for a late subscriber', async (under, hearing) => {
    hearing.start();
    under.send(bytesOf('bye'));
    under.hangUp();
    await until('input$ completes', () => hearing.isComplete);
    assert.equal(hearing.text, 'bye');
    assert.equal(await completes(under.connection.input$), true);
    under.connection.write('are you there?\n');
  });

  rule('completes everything after destroy(), also for late subscribers', async ({ connection }, hearing) => {
    hearing.start();
    connection.destroy();
    await until('input$ completes', () => hearing.isComplete);
    for (const stream$ of [connection.input$, connection.closed$, connection.drained$])
      assert.equal(await completes(stream$), true);
    connection.destroy();
  });

  rule('throws nothing once it is closed or destroyed', async ({ connection }) => {
    for (const end of [() => connection.close(), () => connection.destroy()]) {
      end();
      connection.write('text');
      connection.write(Uint8Array.of(1));
      connection.echo('text');
      connection.hideTyping();
      connection.showTyping();
      connection.putBack(Uint8Array.of(1));
      connection.setEncoding('ascii');
      connection.setEcho(true);
      connection.askBinary?.();
      connection.probe();
      connection.pause();
      connection.resume();
      assert.ok(connection.backlog >= 0 && connection.bytesOut >= 0);
    }
  });

  rule('runs what is given to batch() at once', async ({ connection }) => {
    let hasRun = false;
    connection.batch?.(() => {
      connection.write('text\n');
      hasRun = true;
    });
    assert.equal(hasRun, connection.batch !== undefined);
  });
}

/** What a subscriber to the input has heard, all subscriptions together. */
class Hearing {
  text = '';
  isComplete = false;
  #subscription: Subscription | undefined;

  constructor(readonly connection: Connection) {}

  start(): void {
    this.#subscription = this.connection.input$.subscribe({
      next: (bytes) => {
        this.text += Buffer.from(bytes).toString('latin1');
      },
      error: (error) => {
        throw error;
      },
      complete: () => {
        this.isComplete = true;
      },
    });
  }
  stop(): void {
    this.#subscription?.unsubscribe();
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

const endsWith = (bytes: Uint8Array, end: ArrayLike<number>): boolean =>
  Buffer.from(bytes).subarray(-end.length).equals(Uint8Array.from(end));

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setTimeout(resolve, 1));
};

/** Resolves with whether an Observable completes soon. */
async function completes(stream$: Pick<Connection['input$'], 'subscribe'>): Promise<boolean> {
  let isComplete = false;
  const subscription = stream$.subscribe({
    complete: () => {
      isComplete = true;
    },
  });
  for (let turn = 0; turn < 200 && !isComplete; turn += 1) await turns(1);
  subscription.unsubscribe();
  return isComplete;
}
