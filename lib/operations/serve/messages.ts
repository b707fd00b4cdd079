import { isIPv6 } from 'node:net';
import { unmapped } from '../../../streams/protocol/ip-address.js';
import { escapeControls } from '../../../streams/terminal/escape-controls.js';
import type { Config } from '../../config/settings.js';
import type { BoardAddress } from '../../create-impulse.js';
import type { RunningBoard } from './in-use-by.js';

const LOOPBACK = /^(127\.|::1$)/;

/** Tells how to call a board that listens here. With `fd`, on an inherited socket. */
export function callIn(program: string, host: string, port: number, fd?: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const place = isIPv6(reachable) ? `[${reachable}]:${port}` : `${reachable}:${port}`;
  const how = `connect with: telnet ${reachable} ${port}, or: ${program} call ${place}`;
  if (fd !== undefined) return `${how} (on an inherited socket; --host and --port are ignored)`;
  return LOOPBACK.test(host)
    ? `${how} (from this machine only; --host 0.0.0.0 opens the board to the world)`
    : how;
}

/** Tells how to call a board that listens here by another transport than telnet. */
export function callInBy(
  program: string,
  { transport, address, port }: BoardAddress,
  isHttps: boolean,
): string {
  const reachable = address === '0.0.0.0' || address === '::' ? 'localhost' : address;
  const host = isIPv6(reachable) ? `[${reachable}]` : reachable;
  switch (transport) {
    case 'tls':
      return `by TLS: ${program} call telnets://${host}:${port}`;
    case 'web':
      return `in a browser: ${isHttps ? 'https' : 'http'}://${host}:${port}/`;
    case 'ssh':
      return `by SSH: ssh -p ${port} ${reachable}`;
    default:
      return `by ${transport}: ${host} port ${port}`;
  }
}

/**
 * Returns a warning for a board that any client can reach and enter, where scanners would log in as guests.
 * Otherwise null.
 */
export function openToBots(
  host: string,
  { passwords, gate }: Pick<Config, 'passwords' | 'gate'>,
): string | null {
  if (LOOPBACK.test(unmapped(host)) || passwords !== null || gate !== 'off') return null;
  return 'bots can log in as guests: --gate esc keeps out most of them, --passwords FILE all';
}

/**
 * Tells why a port can't be opened, and which flags to change: `--port` and `--host`, or `--metrics-port` and
 * the like.
 */
export function cannotListen(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  flags: '--' | `--${string}-` = '--',
): string {
  const where = `${host} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; choose another ${flags}port`;
    case 'EACCES':
      return `this user may not listen on ${where}; choose a ${flags}port above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${where}: this machine has no such address; choose another ${flags}host`;
    default:
      return `can't listen on ${where}: ${error.message}`;
  }
}

/** Returns how the flags of the transport on a port begin, for messages. */
export function flagsOf(
  { port, tlsPort, sshPort, webPort }: Pick<Config, 'port' | 'tlsPort' | 'sshPort' | 'webPort'>,
  its: number,
): '--' | `--${string}-` {
  if (its === port) return '--';
  const [, flags = '--'] =
    (
      [
        [tlsPort, '--tls-'],
        [sshPort, '--ssh-'],
        [webPort, '--web-'],
      ] as const
    ).find(([port]) => port === its) ?? [];
  return flags;
}

/** Tells that another board of the same user has the port, and what to do. */
export function inUseByBoard(
  program: string,
  host: string,
  port: number,
  { pid, socket }: RunningBoard,
): string {
  const close = `${program} drain --control ${escapeControls(socket, 1000)}`;
  return `${host} port ${port} is in use by your own board, process ${pid}: close it with ${close} or kill ${pid}, or choose another --port`;
}

/** Tells why an inherited socket can't be used. */
export const cannotTakeOver = ({ message }: Error): string =>
  `the inherited socket can't be used: ${message}; it must be a listening TCP socket`;
