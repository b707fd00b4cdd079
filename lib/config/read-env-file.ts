import { parse } from 'dotenv';
import { readBytes, reasonOf } from './read-text.js';
import { isVariable, unknownName } from './unknown-names.js';

/** The contents of a `.env`. */
export interface EnvFile {
  readonly path: string;
  /** Whether the file exists. */
  readonly found: boolean;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Why the file can't be used: a setting in it would be lost. */
  readonly problems: readonly string[];
  /** Lines that probably don't mean what their author intended. */
  readonly warnings: readonly string[];
}

const MAX_BYTES = 1024 ** 2;

/**
 * Reads a `.env`, and finds what would be lost without a message: lines that aren't settings, unknown names,
 * values cut off at a `#`, and settings inside the quotes of another one. Each problem and each warning names
 * its line.
 */
export function readEnvFile(path: string): EnvFile {
  const nothing = { path, values: {}, warnings: [], problems: [] };
  try {
    const bytes = readBytes(path, MAX_BYTES);
    if (isUtf16(bytes))
      return { ...nothing, found: true, problems: [`${path} is in UTF-16: allowed is UTF-8`] };
    const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
    const statements = statementsOf(text);
    const lost = unreadLines(text);
    const isOurs = (line: string) => /IMPULSE/i.test(line);
    const unread = (those: readonly Line[]) =>
      those.map(
        ({ number, text }) =>
          `.env line ${number}: ${quoted(text)} can't be read: allowed is NAME=VALUE, such as IMPULSE_PORT=2323`,
      );
    return {
      path,
      found: true,
      values: parse(text),
      problems: [...unread(lost.filter(({ text }) => isOurs(text))), ...swallowed(statements)],
      warnings: [
        ...unread(lost.filter(({ text }) => !isOurs(text))),
        ...unknown(statements),
        ...twice(statements),
        ...unclosed(statements),
        ...cutOff(statements),
        ...(text.includes('\ufffd') ? [notUtf8(text)] : []),
      ],
    };
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code !== 'ENOENT';
    return { ...nothing, found, problems: found ? [`${path} can't be read: ${reasonOf(error)}`] : [] };
  }
}

/**
 * Windows editors write a byte order mark. Without a mark, every other byte of ASCII text in UTF-16 is zero.
 */
const isUtf16 = ([first, second, third, fourth]: Uint8Array) =>
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff) ||
  (first === 0 && third === 0) ||
  (second === 0 && fourth === 0);

interface Line {
  readonly number: number;
  readonly text: string;
}

/** A name and its value, as dotenv parses them. */
interface Statement extends Line {
  readonly name: string;
  /** The value as written, with its quotes. */
  readonly written: string;
  /** The text after the value: nothing, or a comment. */
  readonly rest: string;
}

/** dotenv's own regular expression. dotenv doesn't report the lines it skips, or the line numbers. */
const STATEMENT =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/dgm;

function statementsOf(text: string): Statement[] {
  let [number, counted] = [1, 0];
  return [...text.matchAll(STATEMENT)].map((match) => {
    const [whole, name = '', written = ''] = match;
    const [start = 0, end = 0] = match.indices?.[1] ?? [];
    number += countOf('\n', text.slice(counted, start));
    counted = start;
    const [, valueEnd = text.indexOf('=', end) + 1] = match.indices?.[2] ?? [];
    return { number, text: whole, name, written, rest: text.slice(valueEnd, match.index + whole.length) };
  });
}

const countOf = (part: string, text: string) => text.split(part).length - 1;

/** Returns the lines that are neither statements nor comments. */
function unreadLines(text: string): Line[] {
  const lines = text.split('\n');
  return text
    .replace(STATEMENT, (statement) => statement.replace(/[^\n]/g, ' '))
    .split('\n')
    .flatMap((left, index) =>
      /^\s*(#|$)/.test(left) ? [] : [{ number: index + 1, text: (lines[index] ?? '').trim() }],
    );
}

/** Returns problems with quotes that end only after another setting has begun. */
function swallowed(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ number, name, written }) => {
    const [, ...within] = written.trimStart().split('\n');
    const index = within.findIndex((line) => /^\s*(?:export\s+)?IMPULSE_\w+\s*=/.test(line));
    return index === -1
      ? []
      : [
          `.env line ${number}: the value of ${quoted(name)} includes line ${number + 1 + index}: a quote is missing`,
        ];
  });
}

function unknown(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ number, name }) => {
    const wrong = unknownName(name, true);
    return wrong === undefined ? [] : [`${cut(name)} (from .env line ${number}) ${wrong}`];
  });
}

function twice(statements: readonly Statement[]): string[] {
  const first = new Map<string, number>();
  return statements.flatMap(({ number, name }) => {
    const before = first.get(name);
    first.set(name, number);
    return before === undefined || !isVariable(name)
      ? []
      : [`.env line ${number}: ${name} is also set in line ${before}; this line applies`];
  });
}

function unclosed(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ number, name, written }) =>
    /^\s*['"`]/.test(written) && !isQuoted(written) && isVariable(name)
      ? [`.env line ${number}: the value of ${quoted(name)} starts with a quote that is never closed`]
      : [],
  );
}

const isQuoted = (written: string) => /^\s*(['"`])[\s\S]*\1\s*$/.test(written);

/**
 * Warns about a `#` that touches a letter: it begins a comment, but was probably meant as part of the value.
 */
function cutOff(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ number, name, written, rest }) => {
    const [, blank = '', comment = ''] = /^([^\S\n]*)(#.*)/.exec(rest) ?? [];
    const isComment = /^#+(\s|$)/.test(comment) && (blank !== '' || /\s$/.test(written));
    if (comment === '' || isQuoted(written) || isComment || !isVariable(name)) return [];
    return [
      `.env line ${number}: ${name} is ${quoted(written.trim())}, since a # begins a comment; ` +
        `put the whole value in quotes to keep ${quoted(comment)}`,
    ];
  });
}

function notUtf8(text: string): string {
  const number = countOf('\n', text.slice(0, text.indexOf('\ufffd'))) + 1;
  return `.env line ${number}: invalid UTF-8`;
}

const MAX_QUOTED = 60;

const cut = (text: string) => (text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);

const quoted = (text: string) => JSON.stringify(cut(text));
