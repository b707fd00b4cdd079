import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Caller, call } from '../support/caller.js';
import { cleanEnv } from '../support/cli.js';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');

describe('the example', () => {
  let board: ChildProcess;
  let printed = '';
  let callers: Caller[];

  /** Runs an example as its first line says, on a free port, and returns that. */
  async function run(name: string): Promise<number> {
    printed = '';
    callers = [];
    board = spawn(process.execPath, ['--import', 'tsx', join(EXAMPLES, name)], {
      env: cleanEnv({ PORT: '0' }),
    });
    board.stdout?.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    await until(/telnet 127\.0\.0\.1 \d+/);
    return Number(/telnet 127\.0\.0\.1 (\d+)/.exec(printed)?.[1]);
  }

  async function until(pattern: RegExp): Promise<void> {
    while (!pattern.test(printed)) await once(board.stdout as NodeJS.ReadableStream, 'data');
  }

  async function calls(port: number, handle: string): Promise<Caller> {
    const caller = await call(port);
    callers.push(caller);
    await caller.hears('Handle: ');
    caller.says(`${handle}\r\n`);
    return caller;
  }

  afterEach(() => {
    for (const caller of callers) caller.hangUp();
    board.kill('SIGKILL');
  });

  it('echo repeats a line', async () => {
    const ann = await calls(await run('echo.ts'), 'ann');
    ann.says('hello\r\n');
    expect(await ann.hears('hello\r\n')).toMatch(/Handle: hello\r\n$/);
  });

  it('chat connects callers', async () => {
    const port = await run('chat.ts');
    const ann = await calls(port, 'ann');
    await ann.hears('* ann entered');
    const bob = await calls(port, 'bob');
    await ann.hears('* bob entered');
    bob.says('hello\r\n');
    await ann.hears('bob: hello');
    bob.hangUp();
    await ann.hears('* bob left');
    expect(bob.heard).not.toContain('bob: hello');
  });

  it('guess-the-number can be won by halving, and returns to the menu', async () => {
    const ann = await calls(await run('guess-the-number.ts'), 'ann');
    await ann.hears('(Q)uit? ');
    ann.says('p\r\n');
    await ann.hears('1 to 100.');
    let [least, most] = [1, 100];
    for (let tries = 1; !ann.heard.includes('Yes!'); tries += 1) {
      const guess = (least + most) >> 1;
      ann.says(`${guess}\r\n`);
      const heard = await ann.hears(new RegExp(`((More|Less|Yes).*\\s+){${tries}}`));
      if (heard.trimEnd().endsWith('More.')) least = guess + 1;
      else most = guess - 1;
      expect(tries).toBeLessThan(8);
    }
    await ann.hears(/Yes! You needed \d\.[\s\S]*uit\? /);
    ann.says('q\r\n');
    await ann.gone;
  });

  it('events lists the callers on line', async () => {
    const ann = await calls(await run('events.ts'), 'ann');
    await until(/\(logging in\)[\s\S]*'ann'/);
    printed = '';
    ann.hangUp();
    await until(/┌/);
    expect(printed).not.toContain('ann');
  });
});

describe('the examples', () => {
  it('are as short as promised, and each of them has a spec', () => {
    const lines = Object.fromEntries(
      readdirSync(EXAMPLES).map((name) => [
        name,
        readFileSync(join(EXAMPLES, name), 'utf8').trimEnd().split('\n').length,
      ]),
    );
    expect(Object.keys(lines).sort()).toEqual(['chat.ts', 'echo.ts', 'events.ts', 'guess-the-number.ts']);
    expect(lines['echo.ts']).toBeLessThanOrEqual(10);
    expect(lines['chat.ts']).toBeLessThanOrEqual(30);
  });
});
