import { StringDecoder } from 'node:string_decoder';
import iconv from 'iconv-lite';
import type { Encoding } from '../../streams/types/connection.js';

/** The IBM PC's letters, by their bytes. */
const CP437 = iconv.decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), 'cp437');
const ASCII_LETTERS = CP437.slice(0, 128);

/**
 * Makes a function that puts a text into these letters. A letter that isn't one of them is taken with all that belongs to
 * it (a flag, a letter and its marks, pictures that are joined; or the marks alone, on a letter that is one), and becomes
 * the letter without its marks, if that is one, or a `?`. `Intl.Segmenter` knows better, and takes minutes for a page.
 */
function likenessIn(letters: string): (text: string) => string {
  const known = new Set(letters);
  const lacking = new RegExp(
    `\\p{RI}{2}|(?![${[...letters].map((letter) => `\\u{${letter.charCodeAt(0).toString(16)}}`).join('')}])\\P{M}(?:[\\p{M}\\p{EMod}]|\\u200d\\P{M})*|\\p{M}+`,
    'gu',
  );
  const likeness = (letter: string) => {
    const bare = letter.normalize('NFD').replace(/\p{M}/gu, '');
    return bare === '' || known.has(bare) ? bare : '?';
  };
  return (text) => text.normalize('NFC').replace(lacking, likeness);
}

const inCp437 = likenessIn(CP437);
const inAscii = likenessIn(ASCII_LETTERS);

/** The text of bytes that end with a whole character. Broken UTF-8 becomes U+FFFD. */
export function decoded(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === 'utf-8') return asBuffer(bytes).toString();
  // Who has no more than ASCII to show may still have a keyboard with more.
  return iconv.decode(bytes, encoding === 'cp437' ? 'cp437' : 'windows-1252');
}

/** A decoder for one caller, that keeps what is cut at the end of a chunk for the next. Otherwise as {@link decoded}. */
export function decoder(encoding: Encoding): (bytes: Uint8Array) => string {
  if (encoding !== 'utf-8') return (bytes) => decoded(bytes, encoding);
  const utf8 = new StringDecoder('utf8');
  return (bytes) => utf8.write(bytes);
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** The bytes of a text; each letter that the encoding doesn't have becomes a `?`, whatever it is made of. */
export function encoded(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text);
  return encoding === 'cp437' ? iconv.encode(inCp437(text), 'cp437') : Buffer.from(inAscii(text), 'latin1');
}

/**
 * The bytes of a text in UTF-8, as Latin-1's letters. It takes no memory but theirs: a line said in a room is drawn for
 * everybody there, and of a buffer for each the collector has ten milliseconds to do at a time.
 */
export function utf8AsLatin1(text: string): string {
  if (3 * text.length > scratch.length) return Buffer.from(text).toString('latin1');
  const { written } = utf8.encodeInto(text, scratch);
  return scratch.toString('latin1', 0, written);
}

const utf8 = new TextEncoder();
const scratch = Buffer.alloc(128 * 1024);

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
    case 'us-ascii':
    case 'ascii':
      return 'ascii';
    default:
      return undefined;
  }
}
