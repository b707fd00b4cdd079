import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  filter,
  firstValueFrom,
  fromEvent,
  type Observable,
  ReplaySubject,
  scan,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import { PATIENCE_MS } from './caller.js';
import { cleanEnv, ended } from './cli.js';

/** A terminal that runs one program. */
export interface Person {
  /** Resolves with the screen when it contains `text`. */
  sees(text: string): Promise<string>;
  /** Presses keys: `\r` is Enter, `\x7f` is backspace. */
  types(keys: string): void;
  resizes(columns: number, rows: number): void;
  /** Resolves when the program has ended. */
  readonly left: Promise<unknown>;
}

/** The window of a program. It differs from 80x24, which a board assumes by default. */
export const WINDOW = { columns: 90, rows: 30 };

/** Whether a shell command succeeds. */
export const works = (command: string) =>
  spawnSync('sh', ['-c', command], { stdio: 'ignore', timeout: PATIENCE_MS }).status === 0;

/**
 * Runs a command at a pseudo-terminal, which echoes and edits lines until the program takes that
 * over. The screen is all output since the start.
 */
export async function atTerminal(command: string): Promise<Person> {
  const { columns, rows } = WINDOW;
  const prepared = `stty iutf8 columns ${columns} rows ${rows}; tty; exec ${command}`;
  const { child, left } = start('script', ['-qf', '-E', 'always', '-c', prepared, '/dev/null']);
  const screen$ = new ReplaySubject<string>(1);
  fromEvent(child.stdout.setEncoding('utf8'), 'data')
    .pipe(scan((seen, text) => `${seen}${text}`, ''))
    .subscribe(screen$);
  const sees = lookAt(screen$);
  const [device = ''] = (await sees('\r\n')).split('\r\n');
  return {
    sees,
    types: (keys) => void child.stdin.write(keys),
    resizes: (columns, rows) =>
      void spawnSync('stty', ['-F', device, 'columns', `${columns}`, 'rows', `${rows}`]),
    left,
  };
}

/** Runs a command in tmux, whose screen is what a person sees, without blanks at the ends of lines. */
export function inTmux(command: string): Person {
  const house = mkdtempSync(join(tmpdir(), 'impulse-tmux-'));
  const server = ['-S', join(house, 'socket'), '-f', '/dev/null'];
  // The window gets its size some time after its creation.
  const ready = `until [ "$(stty size)" = "${WINDOW.rows} ${WINDOW.columns}" ]; do sleep 0.05; done`;
  const prepared = `${ready}; exec ${command}`;
  const { child, left } = start('tmux', [...server, '-u', '-C', 'new-session', prepared], () => {
    spawnSync('tmux', [...server, 'kill-server']);
    rmSync(house, { recursive: true });
  });
  const tell = (words: string) => void child.stdin.write(`${words}\n`);
  const resizes: Person['resizes'] = (columns, rows) => tell(`refresh-client -C ${columns}x${rows}`);
  const screen$ = new ReplaySubject<string>(1);
  let answer: string[] = [];
  // In control mode tmux reports output, and encloses the answer to a command in two lines of its own.
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('%output')) tell('capture-pane -p');
    else if (line.startsWith('%begin')) answer = [];
    else if (line.startsWith('%end')) screen$.next(answer.join('\n'));
    else answer.push(line);
  });
  resizes(WINDOW.columns, WINDOW.rows);
  return {
    sees: lookAt(screen$),
    types: (keys) =>
      tell(`send-keys -H ${[...Buffer.from(keys)].map((byte) => byte.toString(16)).join(' ')}`),
    resizes,
    left,
  };
}

const running = new Map<ChildProcessWithoutNullStreams, Promise<unknown>>();

/** Closes the terminals that a spec left open, which ends their programs. */
export async function leaveAll(): Promise<void> {
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.all(running.values());
}

function start(program: string, args: string[], tidy = () => {}) {
  const env = cleanEnv({ LC_ALL: 'C.UTF-8', TERM: 'xterm', TMUX: undefined });
  const child = spawn(program, args, { env, timeout: 2 * PATIENCE_MS });
  child.stdin.on('error', () => {}); // Input for a program that just ended is lost.
  const left = ended(child).finally(() => {
    running.delete(child);
    tidy();
  });
  running.set(child, left);
  return { child, left };
}

function lookAt(screen$: Observable<string>): Person['sees'] {
  return (text) => {
    let screen = '';
    return firstValueFrom(
      screen$.pipe(
        tap((seen) => {
          screen = seen;
        }),
        filter((seen) => seen.includes(text)),
        timeout({
          first: PATIENCE_MS,
          with: () => throwError(() => new Error(`not seen in time: ${text}, but ${JSON.stringify(screen)}`)),
        }),
      ),
    );
  };
}
