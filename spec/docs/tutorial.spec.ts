import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Caller, call } from '../support/caller.js';
import { temporaryFolder } from '../support/cheap-accounts.js';
import { cleanEnv } from '../support/cli.js';

const ROOT = resolve(import.meta.dirname, '../..');
/** The time limit for a step, with npm and the compiler. */
const PATIENCE_MS = 120_000;

interface Step {
  readonly heading: string;
  /** The files by their names. */
  readonly files: ReadonlyMap<string, string>;
  /** What the terminals show. */
  readonly screens: readonly string[];
}

/** Reads the steps: the numbered chapters, with their files and the screens below them. */
function stepsOf(document: string): Step[] {
  const chapters = document.split(/^(?=## )/m).filter((chapter) => /^## \d/.test(chapter));
  return chapters.map((chapter) => {
    const blocks = [...chapter.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text = '']) => ({
      language,
      text,
    }));
    const files = blocks
      .filter(({ language }) => language === 'ts')
      .map(({ text }) => [/^\/\/ (\S+)$/m.exec(text)?.[1] ?? '', text] as const);
    return {
      heading: /^## (.*)$/m.exec(chapter)?.[1] ?? '',
      files: new Map(files),
      screens: blocks.filter(({ language }) => language === '').map(({ text }) => text),
    };
  });
}

/** What a caller's terminal shows, without telnet's commands. */
const shown = (heard: string) =>
  heard
    .replaceAll(/\xff\xfa.*?\xff\xf0|\xff[\xfb-\xfe].|\xff[\xf1-\xf9]/gs, '')
    .replaceAll(/\r\n/g, '\n')
    .replaceAll(/[\0\r]/g, '');

/** What a telnet client writes when the board has hung up. */
const CLOSED = 'Connection closed by foreign host.\n';

/** Types lines one after another, each when the screen before it has been heard as the tutorial shows it. */
async function follow(caller: Caller, screen: string, typed: readonly string[]): Promise<void> {
  let heard = '';
  let at = 0;
  const hears = async (text: string) => {
    heard += text;
    while (shown(caller.heard).length < heard.length && !caller.socket.closed)
      await Promise.race([once(caller.socket, 'data'), caller.gone]);
    expect(shown(caller.heard).slice(0, heard.length)).toBe(heard);
  };
  for (const line of typed) {
    const end = screen.indexOf(`${line}\n`, at);
    if (end < 0) throw new Error(`the tutorial doesn't show ${JSON.stringify(line)}`);
    await hears(screen.slice(at, end));
    caller.says(`${line}\r\n`);
    at = end + line.length + 1;
  }
  const rest = screen.slice(at);
  await hears(rest.replace(CLOSED, ''));
  if (rest.endsWith(CLOSED)) expect(shown(await caller.gone)).toBe(heard);
}

describe('the tutorial', () => {
  const steps = stepsOf(readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8'));
  let folder: ReturnType<typeof temporaryFolder>;
  const boards: ChildProcess[] = [];
  const callers: Caller[] = [];

  const run = (program: string, args: string[]) =>
    promisify(execFile)(program, args, { cwd: folder.path, env: cleanEnv(), timeout: PATIENCE_MS });

  /** Makes the folder as the tutorial says. The package and its peers are links to the built ones. */
  beforeAll(async () => {
    folder = temporaryFolder();
    await run('npm', ['init', '-y']);
    await run('npm', ['pkg', 'set', 'type=module']);
    for (const name of ['rxjs', 'typescript', 'tsx', '@types/node', 'impulse-bbs']) {
      const link = join(folder.path, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(name === 'impulse-bbs' ? ROOT : join(ROOT, 'node_modules', name), link);
    }
  }, PATIENCE_MS);

  afterAll(() => folder.remove());

  afterEach(() => {
    for (const caller of callers.splice(0)) caller.hangUp();
    for (const board of boards.splice(0)) board.kill('SIGKILL');
  });

  /** Writes the files up to a step, and returns the step. */
  function upTo(number: number): Step {
    for (const { files } of steps.slice(0, number))
      for (const [name, code] of files) writeFileSync(join(folder.path, name), code);
    return steps[number - 1] as Step;
  }

  const screenOf = ({ screens }: Step, index = 0) => screens[index] ?? '';

  /** Starts the board on a free port. */
  async function start() {
    const board = spawn(process.execPath, ['--import', 'tsx', 'board.ts'], {
      cwd: folder.path,
      env: cleanEnv({ PORT: '0' }),
    });
    boards.push(board);
    let printed = '';
    let failed = '';
    board.stderr.setEncoding('utf8').on('data', (text) => {
      failed += text;
    });
    board.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    const closed = once(board, 'close').then(() => {
      throw new Error(`the board ended: ${failed}`);
    });
    closed.catch(() => {});
    const prints = async (text: string | RegExp) => {
      while (printed.search(text) < 0) await Promise.race([once(board.stdout, 'data'), closed]);
    };
    await prints(/telnet localhost \d+\n/);
    const port = Number(/telnet localhost (\d+)/.exec(printed)?.[1]);
    const calls = async () => {
      const caller = await call(port);
      callers.push(caller);
      return caller;
    };
    return { calls, prints, printed: () => printed };
  }

  it('has seven steps, each with files', () => {
    expect(steps.map(({ heading }) => heading.replace(/\..*/, ''))).toEqual([...'1234567']);
    for (const { files } of steps) expect(files.size).toBeGreaterThan(0);
  });

  it('1: greets and hangs up', async () => {
    const step = upTo(1);
    const ann = await (await start()).calls();
    await follow(ann, screenOf(step), ['ann']);
  });

  it('2: has a wall, which the next caller reads', async () => {
    const step = upTo(2);
    const { calls } = await start();
    const ann = await calls();
    await follow(ann, screenOf(step), ['ann', 'I was here']);
    const bob = await calls();
    bob.says('bob\r\n');
    await bob.hears('ann: I was here');
  });

  it('3: has a game behind a menu', async () => {
    const step = upTo(3);
    await follow(await (await start()).calls(), screenOf(step), ['ann', 'o', 'I was here', 'g', '101', '0']);
  });

  it('4: shows what others shout', async () => {
    const step = upTo(4);
    const { calls } = await start();
    const ann = await calls();
    ann.says('ann\r\n');
    await ann.hears('uit? ');
    await follow(await calls(), screenOf(step), ['bob', 's', 'Is anybody awake?', 'q']);
    await ann.hears(/bob shouts: Is anybody awake\?[\s\S]*uit\? $/);
  });

  it('5: asks for the word', async () => {
    const step = upTo(5);
    const { calls } = await start();
    const typed = screenOf(step).replace('The word:\n', 'The word: hoot\n');
    await follow(await calls(), typed, ['ann', 'hoot', 'q']);
    const bob = await calls();
    bob.says('bob\r\nnonsense\r\n');
    await expectAsync(bob.hears('Hoot')).toBeRejectedWithError(/^the line closed/);
  });

  it('6: logs', async () => {
    const step = upTo(6);
    const { calls, prints, printed } = await start();
    const ann = await calls();
    ann.says('ann\r\nhoot\r\nq\r\n');
    await ann.gone;
    await prints('app-done\n');
    expect(printed().replace(/^telnet.*\n/, '')).toBe(screenOf(step));
  });

  it(
    '7: has tests that pass, and files that compile',
    async () => {
      upTo(7);
      const { stdout } = await run(process.execPath, [
        ...['--import', 'tsx', '--test', '--test-reporter=tap'],
        'owl.test.ts',
      ]);
      expect(stdout).toContain('# pass 2\n# fail 0\n');
      const names = [...new Set(steps.flatMap(({ files }) => [...files.keys()]))];
      const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--module', 'nodenext'];
      await run(process.execPath, [...tsc, '--target', 'es2023', '--types', 'node', ...names]);
    },
    PATIENCE_MS,
  );
});
