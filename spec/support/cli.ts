import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  EMPTY,
  filter,
  firstValueFrom,
  fromEvent,
  merge,
  mergeMap,
  ReplaySubject,
  throwError,
  timeout,
} from 'rxjs';
import { PATIENCE_MS } from './caller.js';

/** The built `impulse`. */
export const IMPULSE = fileURLToPath(new URL('../../dist/bin/impulse.js', import.meta.url));

/** How a program ended, and its output. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The folder of control sockets. Killed boards leave theirs behind. */
const RUNTIME = mkdtempSync(join(tmpdir(), 'impulse-run-'));
process.once('exit', () => rmSync(RUNTIME, { recursive: true, force: true }));

/** The environment of this process without settings of Impulse, and without npm's word that it started us. */
export const cleanEnv = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(IMPULSE_|npm_command$)/.test(name)),
  ),
  XDG_RUNTIME_DIR: RUNTIME,
  ...more,
});

/** Runs `impulse` to its end. */
export async function impulse(
  args: string[],
  { env = {}, cwd = '/' }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [IMPULSE, ...args], {
    cwd,
    env: cleanEnv(env),
    timeout: PATIENCE_MS,
  });
  return ended(child);
}

/** Resolves when the program has ended. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stdout, stderr };
}

/** A line of a JSON log. */
interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly [field: string]: unknown;
}

/** A board in a child process. */
export interface BoardProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** The lines of its log so far. */
  readonly log: readonly LogLine[];
  /** Resolves with the first line of an event, past or future. Rejects when the process ends without one. */
  logs(event: string, matching?: (line: LogLine) => boolean): Promise<LogLine>;
  readonly end: Promise<Ended>;
}

/** Flags without admission limits, since all callers of a spec have the same address. */
export const OPEN_DOOR = [
  ['--connection-rate', 'off'],
  ['--connection-rate-per-address', 'off'],
  ['--max-per-address', 'off'],
  ['--max-unauthenticated', 'off'],
  ['--penalties', 'off'],
  ['--waiting-room', '0'],
].flat();

/** Starts a board on a free port, and waits until it listens. Stop it with `stopAll`, in an `afterEach`. */
export async function startBoard(args: string[] = [], node: string[] = [], cwd = '/'): Promise<BoardProcess> {
  const argv = [
    ...node,
    IMPULSE,
    'serve',
    '--port',
    '0',
    '--log-format',
    'json',
    '--log-level',
    'debug',
    ...args,
  ];
  return boardOf(spawn(process.execPath, argv, { cwd, env: cleanEnv() }));
}

/** Waits until a board that was started with a JSON log listens. Stop it with `stopAll`, in an `afterEach`. */
export async function boardOf(child: ChildProcess): Promise<BoardProcess> {
  running.add(child);
  const end = ended(child).finally(() => running.delete(child));
  const log: LogLine[] = [];
  const line$ = new ReplaySubject<LogLine>();
  createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (text) => {
    const line = JSON.parse(text) as LogLine;
    log.push(line);
    line$.next(line);
  });
  const ended$ = fromEvent(child, 'close').pipe(
    mergeMap(() => throwError(() => new Error(`the board ended: ${JSON.stringify(log)}`))),
  );
  const logs: BoardProcess['logs'] = (event, matching = () => true) =>
    firstValueFrom(
      merge(
        line$.pipe(filter((line) => line.event === event && matching(line))),
        child.exitCode === null ? ended$ : EMPTY,
      ).pipe(timeout({ first: PATIENCE_MS })),
    );
  const port = await logs('serverListening').then((line) => Number(line.port));
  return { child, port, log, logs, end };
}

const running = new Set<ChildProcess>();

/** Ends what {@link startBoard} started and a spec left behind. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
