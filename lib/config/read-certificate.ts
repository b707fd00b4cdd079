import type { Certificate } from './certificate.js';
import { readBytes, reasonOf } from './read-text.js';

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a certificate and its key from files.
 *
 * @throws An `Error` that says in one line which file can't be read.
 */
export const readCertificate = (cert: string, key: string): Certificate => ({
  cert: textOf(cert),
  key: textOf(key),
});

function textOf(file: string): string {
  try {
    return readBytes(file, MAX_FILE_BYTES).toString('latin1');
  } catch (error) {
    throw new Error(`${file} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}
