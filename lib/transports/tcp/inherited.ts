import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import { ConfigError } from '../../config/config.js';

/** The first inherited descriptor: SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST = 3;

/**
 * Returns the listening socket that a service manager passed to this process (sd_listen_fds(3)), or
 * `undefined`. Removes the protocol's variables from `env`, so that child processes don't see them.
 *
 * @throws {@link ConfigError} if more or less than one socket was passed.
 */
export function inheritedSocket(env = process.env, pid = process.pid): number | undefined {
  const { LISTEN_FDS, LISTEN_PID } = env;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete env[name];
  if (LISTEN_FDS === undefined || LISTEN_PID !== `${pid}`) return undefined;
  if (LISTEN_FDS === '1') return FIRST;
  throw new ConfigError([
    `${escapeControls(LISTEN_FDS)} sockets were handed over (LISTEN_FDS): allowed is 1, such as one ListenStream= of impulse.socket`,
  ]);
}
