import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../message-of.js';
import { envFile } from './env-file.js';

const BANNER = `
 Welcome to this board!
 (Change these lines: they are in the file banner.txt.)

`;

/**
 * Writes what a new board begins with into a folder, which is made if need be: a `.env` with every setting explained, and
 * a `banner.txt` that it names. All or nothing, and no file is ever written over.
 *
 * @returns The files that were written.
 * @throws An `Error` of one line, which names the file that is there already, or says why it can't be written.
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
    throw new Error(`nothing was written: ${isThere ? `${path} is there already` : messageOf(error)}`);
  }
}
