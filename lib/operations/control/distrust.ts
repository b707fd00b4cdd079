import { lstatSync } from 'node:fs';

/**
 * Returns why a file must not choose the board or socket to talk to: the file, or the socket that it names,
 * belongs to another user. Otherwise anyone who can write a `.env` into a folder would receive what a sysop
 * who works there sends to a board. Returns null if the file may choose.
 *
 * @param uid The current user. Not checked on systems without user ids.
 */
export function distrust(file: string, socket: string | null, uid = process.getuid?.()): string | null {
  for (const path of [file, ...(socket === null ? [] : [socket])]) {
    const owner = lstatSync(path, { throwIfNoEntry: false })?.uid;
    if (uid !== undefined && owner !== undefined && owner !== uid && owner !== 0)
      return `${path} belongs to another user`;
  }
  return null;
}
