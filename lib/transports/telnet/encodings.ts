import { StringDecoder } from 'node:string_decoder';
import iconv from 'iconv-lite';
import type { Encoding } from '../../../streams/types/connection.js';

/** The letters of CP437, in the order of their bytes. */
const CP437 = iconv.decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), 'cp437');
const ASCII_LETTERS = CP437.slice(0, 128);

/**
 * Returns a function that approximates a text with these letters. A letter that isn't one of them is replaced
 * together with its marks, or with all that is joined to it (a flag, an emoji sequence). It becomes the
 * letter without its marks if that is available, otherwise a `?`. Stray marks on an available letter are
 * dropped in the same way. `Intl.Segmenter` is more exact, but takes minutes for a page.
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

/** Decodes bytes that end with a whole character. Broken UTF-8 becomes U+FFFD. */
export function decoded(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === 'utf-8') return asBuffer(bytes).toString();
  // A terminal that shows only ASCII may still have a keyboard with more.
  return iconv.decode(bytes, encoding === 'cp437' ? 'cp437' : 'windows-1252');
}

/**
 * Returns a decoder for one caller. It keeps a character that is cut at the end of a chunk for the next one.
 * Otherwise like {@link decoded}.
 */
export function decoder(encoding: Encoding): (bytes: Uint8Array) => string {
  if (encoding !== 'utf-8') return (bytes) => decoded(bytes, encoding);
  const utf8 = new StringDecoder('utf8');
  return (bytes) => utf8.write(bytes);
}

/** Views bytes as a Buffer, without a copy. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Encodes a text. Each letter that the encoding lacks becomes one `?`, however many code points it has. */
export function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text);
  return encoding === 'cp437' ? iconv.encode(inCp437(text), 'cp437') : Buffer.from(inAscii(text), 'latin1');
}

/** Encodes a text as {@link decoded} decodes it: the bytes that a terminal sends for these keys. */
export function encoded(text: string, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return Buffer.from(text);
  return iconv.encode(text, encoding === 'cp437' ? 'cp437' : 'windows-1252');
}

/**
 * Encodes a text in UTF-8, as a Latin-1 string; an ASCII text is its own. It allocates nothing but the string: a
 * line in a full room is rendered for each caller there, and a buffer for each would cost the collector ten
 * milliseconds at a time.
 */
export function utf8AsLatin1(text: string): string {
  if (text.length < SHORT && ASCII.test(text)) return text;
  const { read, written } = utf8.encodeInto(text, scratch);
  if (read < text.length) return Buffer.from(text).toString('latin1');
  return written === read ? text : scratch.toString('latin1', 0, written);
}

const utf8 = new TextEncoder();
const scratch = Buffer.alloc(128 * 1024);

/** A regular expression is faster for texts shorter than this. */
const SHORT = 128;
const ASCII = /^[\0-\x7f]*$/;

/**
 * Returns whether a text is the same bytes in every encoding, so that Node may write it as Latin-1. Encoding
 * the text is the engine's fastest test. Returns false for a text over 128 KiB.
 */
export function isAscii(text: string): boolean {
  if (text.length < SHORT) return ASCII.test(text);
  const { read, written } = utf8.encodeInto(text, scratch);
  return read === text.length && written === read;
}

/**
 * Finds an encoding by its name in RFC 2066's registry, or a variant that clients use. Undefined for an
 * encoding we don't have.
 */
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
