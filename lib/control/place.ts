import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What the kernel takes for the name of a socket, in bytes: sun_path of unix(7) and its last zero. */
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * The control socket of the board on a port.
 *
 * @param control What the setting says: a name, or `auto`. That is `control.sock` in `$RUNTIME_DIRECTORY`, which systemd makes for
 *   one service (`RuntimeDirectory=`); or else `PORT.sock` in `$XDG_RUNTIME_DIR/impulse` (the folder that is gone when its
 *   user logs out), or in `~/.impulse` where there is no such directory.
 * @throws If no socket can have that name.
 */
export function placeOf(control: string, port: number, env: NodeJS.ProcessEnv = process.env): string {
  const path = control === 'auto' ? automatic(port, env) : resolve(control);
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_BYTES)
    throw new Error(`too long for the name of a socket: ${bytes} bytes, allowed are ${MAX_BYTES}: ${path}`);
  return path;
}

function automatic(port: number, env: NodeJS.ProcessEnv): string {
  // Several folders have colons between; the first is ours.
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
