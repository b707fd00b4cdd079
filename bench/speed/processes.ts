/** The processes of `npm run bench`: a server on one core, a load generator on the other, and whether they had them to themselves. */
import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Kind = 'bare' | 'telnetlib' | 'impulse';

const [SERVER_CORE, GENERATOR_CORE] = ['0', '1'];
const HERE = fileURLToPath(new URL('.', import.meta.url));

const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const canPin = has('taskset');
const pin = (core: string, pid: number) => {
  if (canPin) execFileSync('taskset', ['-apc', core, `${pid}`], { stdio: 'ignore' });
};

/** The generator: in C where there is a compiler, else the same in Node, which loads less than a bare server can take. */
const generator = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'impulse-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const built = join(folder, 'generator');
  const compiled = spawnSync('cc', ['-O2', '-o', built, join(HERE, 'generator.c')], { stdio: 'inherit' });
  return compiled.status === 0
    ? { name: 'C', command: [built] }
    : { name: 'Node', command: [process.execPath, join(HERE, 'generator.mjs')] };
})();
export const generatorName = generator.name;

// What measures is not to disturb the server either.
pin(GENERATOR_CORE, process.pid);

/** A server in a process of its own. */
export interface Server {
  readonly kind: Kind;
  readonly port: number;
  readonly pid: number;
  /** Asks it something (see `server.mjs`). */
  ask<Answer>(order: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param folder Has `server.mjs`, and the build that it measures two folders above. */
export async function startServer(kind: Kind, folder = HERE, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const child: ChildProcess = fork(join(folder, 'server.mjs'), [kind], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...env },
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  pin(SERVER_CORE, child.pid as number);
  return {
    kind,
    port,
    pid: child.pid as number,
    async ask(order) {
      child.send(order);
      const [answer] = await once(child, 'message');
      return answer;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function run(args: readonly (string | number)[]): ChildProcess {
  const [program = '', ...more] = [
    ...(canPin ? ['taskset', '-c', GENERATOR_CORE] : []),
    ...generator.command,
    ...args.map(String),
  ];
  return spawn(program, more, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Loads a server, and resolves with the generator's figures. */
export async function load<Answer>(...args: (string | number)[]): Promise<Answer> {
  const child = run(args);
  let text = '';
  child.stdout?.on('data', (more) => {
    text += more;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the generator failed at: ${args.join(' ')}`);
  return JSON.parse(text);
}

/** Callers who stay. */
export interface Crowd {
  /** Resolves when each heard another line (`hears`), or was hung up on (`leaves`); `act` makes that happen. */
  until<Begun>(what: 'hears' | 'leaves', act: () => Promise<Begun>): Promise<{ begun: Begun; told: Told }>;
  hangUp(): Promise<void>;
}
interface Told {
  readonly done: number;
  readonly heard: number;
  readonly lastNs: number;
}

export async function gather(port: number, callers: number): Promise<Crowd> {
  const child = run(['hold', port, callers]);
  const next = async () => JSON.parse(String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0]));
  await next();
  return {
    async until(what, act) {
      child.stdin?.write(`${what}\n`);
      await next();
      const told = next();
      const begun = await act();
      return { begun, told: await told };
    },
    async hangUp() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'close');
      child.kill();
      await gone;
    },
  };
}

/** Seconds of work on the server's core so far, and those of them that were the server's own. */
function work(pid: number): { core: number; own: number } | undefined {
  try {
    const line =
      readFileSync('/proc/stat', 'utf8').match(new RegExp(`^cpu${SERVER_CORE} (.*)$`, 'm'))?.[1] ?? '';
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(' ').map(Number);
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return {
      // What the network makes the kernel do is the server's own, wherever the kernel writes it down.
      core: (user + nice + system + irq + softirq + steal) / 100,
      own: (Number(fields[11]) + Number(fields[12])) / 100,
    };
  } catch {
    return undefined;
  }
}

/** Runs `act`. Also returns the share of the server's core that other processes took meanwhile; NaN where it isn't known. */
export async function watched<T>(
  pid: number,
  act: () => Promise<T>,
): Promise<{ result: T; foreign: number }> {
  const before = work(pid);
  const from = performance.now();
  const result = await act();
  const seconds = (performance.now() - from) / 1000;
  const after = work(pid);
  if (!before || !after || !canPin) return { result, foreign: Number.NaN };
  return { result, foreign: (after.core - before.core - (after.own - before.own)) / seconds };
}
