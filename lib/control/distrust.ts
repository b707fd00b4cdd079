import { lstatSync } from 'node:fs';

/**
 * Why a file must not say which board or file is meant: it is another user's, or the socket that it names is. Whoever may
 * write into a folder would otherwise be told, by a `.env` in it, what a sysop who works there tells a board. Null if it may.
 *
 * @param uid The user who asks; not looked at where the system has no such thing.
 */
export function distrust(file: string, socket: string | null, uid = process.getuid?.()): string | null {
  for (const path of [file, ...(socket === null ? [] : [socket])]) {
    const owner = lstatSync(path, { throwIfNoEntry: false })?.uid;
    if (uid !== undefined && owner !== undefined && owner !== uid && owner !== 0)
      return `${path} belongs to another user`;
  }
  return null;
}
