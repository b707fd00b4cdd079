import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../text/message-of.js';
import { envFile } from './env-file.js';

const BANNER = `
 Welcome to this board!
 (Change these lines: they are in the file banner.txt.)

`;

/**
 * Writes the files of a new board into a folder: a `.env` that explains every setting, and the `banner.txt`
 * that it names. Creates the folder if necessary. Writes either all files or none, and overwrites nothing.
 *
 * @returns The files that were written.
 * @throws An `Error` with a message of one line, which names the file that exists already or says why it
 *   can't be written.
 */
export function init(folder: string): string[] {
  const files = { '.env': envFile({ banner: 'banner.txt' }), 'banner.txt': BANNER };
  const written: string[] = [];
  let path = folder;
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      path = join(folder, name);
      const file = openSync(path, 'wx');
      written.push(path);
      writeFileSync(file, text);
      closeSync(file);
    }
    return written;
  } catch (error) {
    for (const ours of written) rmSync(ours);
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new Error(`nothing was written: ${isThere ? `${path} already exists` : messageOf(error)}`);
  }
}
