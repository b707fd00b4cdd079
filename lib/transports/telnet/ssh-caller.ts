import { isIP } from 'node:net';

/**
 * Returns the header of the PROXY protocol (version 1) that names the caller of an SSH session.
 *
 * @param connection OpenSSH's `SSH_CONNECTION`: the addresses and ports of the client and of the server (sshd(8)).
 * @returns undefined if it is none.
 */
export function headerForSsh(connection: string): string | undefined {
  const parts = connection.trim().split(' ');
  const [from = '', fromPort = '', to = '', toPort = ''] = parts;
  // A link-local address has its interface with it.
  const [source = '', target = ''] = [from, to].map((address) => address.replace(/%.*$/, ''));
  const family = isIP(source);
  const isWhole = parts.length === 4 && family !== 0 && family === isIP(target);
  if (!isWhole || !isPort(fromPort) || !isPort(toPort)) return undefined;
  return `PROXY TCP${family} ${source} ${target} ${fromPort} ${toPort}\r\n`;
}

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 0xffff;
