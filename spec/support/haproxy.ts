import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of HAProxy, if installed. Debian's is not in every user's PATH. */
export const HAPROXY = ['haproxy', '/usr/sbin/haproxy'].find((path) => !spawnSync(path, ['-v']).error);

export interface HaproxyOptions {
  readonly host?: string;
  /** Additional lines of the configuration. */
  readonly more?: string;
}

let running: { child: ChildProcess; directory: string } | undefined;

/**
 * Runs HAProxy in front of the board at `port`, with these words on its `server` line and perhaps more lines, and
 * resolves with the port that it listens on. It inherits a listening socket, so that no port is taken twice,
 * and no caller connects too early.
 */
export async function haproxyBefore(
  port: number,
  words: string,
  { host = '127.0.0.1', more = '' }: HaproxyOptions = {},
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'impulse-haproxy-'));
  const door = net.createServer().listen(0, host);
  await once(door, 'listening');
  const { port: doorPort } = door.address() as net.AddressInfo;
  const config = join(directory, 'haproxy.cfg');
  writeFileSync(
    config,
    `global
  maxconn 100
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen board
  bind fd@3
  ${more}
  server board 127.0.0.1:${port} ${words}
`,
  );
  const { fd } = (door as unknown as { _handle: { fd: number } })._handle;
  const child = spawn(HAPROXY as string, ['-db', '-f', config], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  running = { child, directory };
  await once(child, 'spawn');
  door.close();
  return doorPort;
}

/** Ends what {@link haproxyBefore} started. */
export async function stopHaproxy(): Promise<void> {
  if (!running) return;
  const { child, directory } = running;
  running = undefined;
  if (child.kill('SIGKILL')) await once(child, 'close');
  rmSync(directory, { recursive: true });
}
