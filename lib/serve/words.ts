import { isIPv6 } from 'node:net';
import { unmapped } from '../../streams/protocol/ip-address.js';
import { printable } from '../../streams/terminal/printable.js';
import type { Config } from '../config/settings.js';
import type { RunningBoard } from './in-use-by.js';

const LOOPBACK = /^(127\.|::1$)/;

/** How to call a board that listens here; with a descriptor, on a socket that was handed over. */
export function callIn(host: string, port: number, fd?: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const place = isIPv6(reachable) ? `[${reachable}]:${port}` : `${reachable}:${port}`;
  const how = `call in with: telnet ${reachable} ${port}, or: npx impulse call ${place}`;
  if (fd !== undefined) return `${how} (the socket was handed over; --host and --port aren't used)`;
  return LOOPBACK.test(host)
    ? `${how} (from this machine only; --host 0.0.0.0 opens the board to the world)`
    : how;
}

/** What is said of a board that anybody can reach and come into, where scanners make guests of themselves; else null. */
export function openToBots(
  host: string,
  { passwords, gate }: Pick<Config, 'passwords' | 'gate'>,
): string | null {
  if (LOOPBACK.test(unmapped(host)) || passwords !== null || gate !== 'off') return null;
  return 'guests are let in without a gate, and so are bots: --gate esc keeps most of them out, and --passwords FILE all';
}

/** Why a port can't be listened on, and which flag to change: `--port` and `--host`, or `--metrics-port` and the like. */
export function cannotListen(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  flags: '--' | '--metrics-' = '--',
): string {
  const where = `${host} port ${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program; choose another ${flags}port`;
    case 'EACCES':
      return `${where} is not allowed to this user; choose a ${flags}port above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${where}: this machine has no such address; choose another ${flags}host`;
    default:
      return `${where} can't be listened on: ${error.message}`;
  }
}

/** That a port is in use by another board of the same user, and how to go on. */
export function inUseByBoard(host: string, port: number, { pid, socket }: RunningBoard): string {
  const close = `impulse drain --control ${printable(socket, 1000)}`;
  return `${host} port ${port} is in use by a board of yours, process ${pid}: ${close} or kill ${pid} closes it; or choose another --port`;
}

/** Why a socket that was handed over can't be listened on. */
export const cannotTakeOver = ({ message }: Error): string =>
  `the socket that was handed over can't be used: ${message}; it must be a TCP socket that listens`;
