import { StringDecoder } from 'node:string_decoder';
import iconv from 'iconv-lite';
import type { Encoding } from '../../streams/types.js';

/** The IBM PC's letters, by their bytes. */
const CP437 = iconv.decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), 'cp437');
const SHOWABLE = new Set(CP437);

/**
 * A letter that the IBM PC doesn't have, with all that belongs to it: a flag, a letter and its marks, pictures that are
 * joined; or the marks alone, on a letter that it has. `Intl.Segmenter` knows better, and takes minutes for a page.
 */
const LACKING = new RegExp(
  `\\p{RI}{2}|(?![${[...CP437].map((letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`).join('')}])\\P{M}(?:[\\p{M}\\p{EMod}]|\\u200d\\P{M})*|\\p{M}+`,
  'gu',
);

/** The text of bytes that end with a whole character. Broken UTF-8 becomes U+FFFD. */
export function decoded(bytes: Uint8Array, encoding: Encoding): string {
  return encoding === 'cp437' ? iconv.decode(bytes, 'cp437') : asBuffer(bytes).toString();
}

/** A decoder for one caller, that keeps what is cut at the end of a chunk for the next. Otherwise as {@link decoded}. */
export function decoder(encoding: Encoding): (bytes: Uint8Array) => string {
  if (encoding === 'cp437') return (bytes) => decoded(bytes, encoding);
  const utf8 = new StringDecoder('utf8');
  return (bytes) => utf8.write(bytes);
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** The bytes of a text; each letter that the encoding doesn't have becomes a `?`, whatever it is made of. */
export function encoded(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text);
  return iconv.encode(text.normalize('NFC').replace(LACKING, likeness), 'cp437');
}

const utf8 = new TextEncoder();
const scratch = new Uint8Array(128 * 1024);

/** Of a text that is shorter, a regular expression is faster. */
const SHORT = 128;
const ASCII = /^[\0-\x7f]*$/;

/**
 * Whether a text is the same bytes in every encoding, so that Node may write it as Latin-1. The engine has no
 * faster way to ask than encoding it; a text of more than 128 KiB counts as one that isn't.
 */
export function isAscii(text: string): boolean {
  if (text.length < SHORT) return ASCII.test(text);
  const { read, written } = utf8.encodeInto(text, scratch);
  return read === text.length && written === read;
}

/** The letter without its marks, if that is one of ours, or a `?`; nothing for marks alone. */
function likeness(letter: string): string {
  const bare = letter.normalize('NFD').replace(/\p{M}/gu, '');
  return bare === '' || SHOWABLE.has(bare) ? bare : '?';
}

/** Terminals that draw with the IBM PC's letters, by the names that their clients give them (RFC 1091). */
const PC_TERMINALS = /^(syncterm|ansi-bbs|ansi|pc-?ansi|ansi-?256color|qansi|scoansi|avatar)$/i;

/** The encoding of a terminal of that type. */
export function encodingOf(terminal: string): Encoding {
  return PC_TERMINALS.test(terminal) ? 'cp437' : 'utf-8';
}

/** The encoding by its name in RFC 2066's registry, or what clients make of it; undefined for one we don't have. */
export function encodingNamed(charset: string): Encoding | undefined {
  switch (charset.toLowerCase()) {
    case 'utf-8':
    case 'utf8':
      return 'utf-8';
    case 'cp437':
    case 'ibm437':
    case '437':
      return 'cp437';
    default:
      return undefined;
  }
}
