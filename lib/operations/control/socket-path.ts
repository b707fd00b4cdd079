import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The longest path of a socket in bytes: sun_path of unix(7) without its final zero. */
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Returns the path of the control socket of the board on a port.
 *
 * @param control The setting: a path, or `auto`. `auto` is `control.sock` in `$RUNTIME_DIRECTORY`, which
 *   systemd creates for a service (`RuntimeDirectory=`). Without that it is `PORT.sock` in
 *   `$XDG_RUNTIME_DIR/impulse` (removed when the user logs out), or in `~/.impulse`.
 * @throws If the path is too long for a socket.
 */
export function socketPath(control: string, port: number, env: NodeJS.ProcessEnv = process.env): string {
  const path = control === 'auto' ? automatic(port, env) : resolve(control);
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_BYTES)
    throw new Error(`the path of the socket is too long: ${bytes} bytes, allowed is ${MAX_BYTES}: ${path}`);
  return path;
}

function automatic(port: number, env: NodeJS.ProcessEnv): string {
  // The variable may list several folders, separated by colons. The first one is used.
  const [service = ''] = (env.RUNTIME_DIRECTORY ?? '').split(':');
  return isFolder(service) ? join(service, 'control.sock') : join(folder(env), `${port}.sock`);
}

const isFolder = (path: string | undefined): path is string =>
  path !== undefined &&
  isAbsolute(path) &&
  (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);

function folder({ XDG_RUNTIME_DIR: runtime, HOME: home }: NodeJS.ProcessEnv): string {
  return isFolder(runtime) ? join(runtime, 'impulse') : join(home || homedir(), '.impulse');
}
