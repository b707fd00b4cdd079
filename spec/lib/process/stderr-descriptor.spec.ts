import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The built module: tsx starts a compiler that shares our stderr, and libuv makes a shared descriptor blocking again.
const MODULE = JSON.stringify(
  new URL('../../../dist/lib/process/stderr-descriptor.js', import.meta.url).href,
);

/** Writes until it would block or has written a MiB. Prints on stdout which descriptor it used, and how it ended. */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  const { stderrDescriptor } = await import(${MODULE});
  const descriptor = stderrDescriptor();
  let end = 'written';
  try {
    for (let written = 0; written < 2 ** 20; ) written += writeSync(descriptor, Buffer.alloc(4096, 'x\\n'));
  } catch (error) {
    end = error.code;
  }
  process.stdout.write((descriptor === 2 ? 'shared ' : 'own ') + end, () => process.exit());`;

/** Returns a program's stdout; if that is empty, its exit code and stderr. */
async function run(command: string, args: string[], options: SpawnOptions): Promise<string> {
  const child = spawn(command, args, options);
  let said = '';
  child.stdout?.on('data', (text) => {
    said += text;
  });
  const closed = once(child, 'close');
  const [code, signal] = await once(child, 'exit');
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint += text;
  });
  await closed;
  return said || `${code ?? signal}: ${complaint}`;
}

describe('stderrDescriptor', () => {
  let folder: string;
  let program: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'impulse-stderr-'));
    program = join(folder, 'program.mjs');
    writeFileSync(program, PROGRAM);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const node = () => [program];

  it("doesn't block on a socket that isn't read, such as the journal's", async () => {
    // Node's 'pipe' is a socket pair; we don't read this one until the program has ended.
    const said = await run(process.execPath, node(), { stdio: ['ignore', 'pipe', 'pipe'] });
    expect(said).toBe('shared EAGAIN');
  });

  it("doesn't block on a pipe that isn't read, and reopens it", async () => {
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    // Open for reading too, so that the pipe has a reader, which never reads.
    const descriptor = openSync(pipe, 'r+');
    const said = await run(process.execPath, node(), { stdio: ['ignore', 'pipe', descriptor] });
    closeSync(descriptor);
    expect(said).toBe('own EAGAIN');
  });

  it('writes to a file at its current position', async () => {
    const file = join(folder, 'log');
    writeFileSync(file, '');
    const descriptor = openSync(file, 'r+');
    const said = await run(process.execPath, node(), { stdio: ['ignore', 'pipe', descriptor] });
    closeSync(descriptor);
    expect(said).toBe('shared written');
    expect(readFileSync(file).length).toBe(2 ** 20);
  });

  it('reopens a terminal', async () => {
    const command = `"${process.execPath}" ${node().join(' ')} > ${join(folder, 'said')}`;
    await run('script', ['-qf', '-c', command, '/dev/null'], { stdio: ['ignore', 'ignore', 'ignore'] });
    expect(readFileSync(join(folder, 'said'), 'utf8')).toMatch(/^own /);
  });
});
