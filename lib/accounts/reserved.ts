import { BETWEEN, looksOf } from './handle.js';

/** Names of the board's staff. A handle that begins or ends with one is reserved. */
const ROLES = ['sysop', 'admin', 'moderator', 'operator'];

/** Names of the board and its parts, and roles whose names are also parts of ordinary words. */
const NAMES = (
  'impulse board server system root superuser supervisor webmaster postmaster hostmaster staff mod op host console daemon ' +
  'security support bbs'
).split(' ');

/** Words that a person types to a board, or that a board calls people by. */
const WORDS = (
  'help quit exit bye logout logoff login info version status stats list new join rooms me page who idle afk ignore ' +
  'time encoding stat ping ehlo helo noop capa feat syst starttls msg tell away stop end yes no all here you nobody somebody everybody everyone anybody none null undefined'
).split(' ');

/** Digits used in place of letters, besides those that look like them. */
const LEET: Readonly<Record<string, string>> = { 3: 'e', 4: 'a', 7: 't', 9: 'g' };

/** Words that go before a name. */
const ARTICLE = /^(?:the|a|an|our|your|this|real|offlclal)/;

const looks = (words: readonly string[]) => new Set(words.flatMap((word) => looksOf(word)));
const [ROLE_LOOKS, NAME_LOOKS, WORD_LOOKS] = [[...looks(ROLES)], looks(NAMES), looks(WORDS)];

/** Why a handle is reserved: it is a name of the board or its staff, or a word that people type. */
export type Reserved = 'name' | 'word';

/**
 * Returns why a handle is reserved; null if it isn't. Names of the board and its staff are reserved with
 * anything before or after them (`Sysop1`, `the sys op`, `admin2`). Words that people type to a board are
 * reserved only as a whole handle.
 *
 * @param board The name of the board.
 */
export function reserved(handle: string, board: string): Reserved | null {
  const wholes = looksIn(handle);
  const parts = handle.split(BETWEEN).flatMap(looksIn);
  const all = [...wholes, ...parts];
  if (ROLE_LOOKS.some((role) => all.some((look) => look.startsWith(role) || look.endsWith(role))))
    return 'name';
  const boards = looksIn(board);
  if (all.some((look) => NAME_LOOKS.has(look) || boards.includes(look))) return 'name';
  return looksOf(handle).some((look) => WORD_LOOKS.has(look)) ? 'word' : null;
}

/** Returns the skeletons of a part of a handle, with and without digits around it, and without an article. */
function looksIn(part: string): string[] {
  const letters = part.replace(/^\d+|\d+$/g, '');
  const seen = [part, letters].flatMap((text) => looksOf(text));
  const read = seen.map((look) => look.replace(/[3479]/g, (digit) => LEET[digit] ?? ''));
  return [...seen, ...read, ...read.map((look) => look.replace(ARTICLE, ''))].filter((look) => look !== '');
}
