import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What is downloaded once. */
const CACHE = join(tmpdir(), 'impulse-matrix');

/** How a program ended. */
export interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program to its end, and never rejects. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, maxBuffer: 64 * 1024 ** 2 });
    return { ok: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return { ok: false, output: stdout + stderr || message };
  }
}

/** Installs packages in an empty folder. */
export async function install(folder: string, packages: readonly string[], flags: readonly string[] = []) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const { ok, output } = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...flags, ...packages],
    folder,
  );
  if (!ok) throw new Error(`npm install ${packages.join(' ')}: ${output}`);
}

/** Returns a folder with these packages of the registry, from the cache if they were downloaded before. */
async function downloaded(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  const part = `${folder}.${process.pid}`;
  await install(part, packages);
  renameSync(part, folder);
  return folder;
}

/** Returns the path of a Node binary, by a version or a range. */
export async function nodeBinary(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = await downloaded(`node-${version}`, [`${name}@${version}`]);
  return join(folder, 'node_modules', name, 'bin/node');
}

/** Returns the folder of one package, by a version or a range. */
export async function packageFolder(name: string, version: string): Promise<string> {
  return join(await downloaded(`${name}-${version}`, [`${name}@${version}`]), 'node_modules', name);
}

/** Returns an empty folder for this run. */
export function workFolder(name: string): string {
  const folder = join(CACHE, 'work', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Packs the tree, whose build must be there. Returns the path of the tarball. */
export async function pack(root: string): Promise<string> {
  const folder = workFolder('packed');
  const { ok, output } = await run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
    root,
  );
  if (!ok) throw new Error(`npm pack: ${output}`);
  return join(folder, output.trim());
}

/** Copies a tarball under a name of its own: npm looks at the path, and might take an older one of the same path. */
export function freshCopy(tarball: string): string {
  const to = join(workFolder('tarball'), `impulse-bbs-${Date.now()}.tgz`);
  cpSync(tarball, to);
  return to;
}
