import { printable } from '../../streams/terminal/printable.js';
import { ConfigError } from '../config/config.js';

/** The first descriptor that is handed over: SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST = 3;

/**
 * The listening socket that a service manager handed over to this process, by the protocol of sd_listen_fds(3); `undefined` if
 * there is none. Takes the variables that tell of it out of `env`, since they are meant for nobody else.
 *
 * @throws {@link ConfigError} when there isn't exactly one.
 */
export function inheritedSocket(env = process.env, pid = process.pid): number | undefined {
  const { LISTEN_FDS, LISTEN_PID } = env;
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete env[name];
  if (LISTEN_FDS === undefined || LISTEN_PID !== `${pid}`) return undefined;
  if (LISTEN_FDS === '1') return FIRST;
  throw new ConfigError([
    `${printable(LISTEN_FDS)} sockets were handed over (LISTEN_FDS): allowed is 1, such as one ListenStream= of impulse.socket`,
  ]);
}
