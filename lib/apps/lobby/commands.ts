import { closestMatch } from 'leven';
import type { Encoding } from '../../../streams/types/connection.js';
import { folded } from '../../accounts/handle.js';
import { shortened } from '../../text/column.js';
import { dateAndTime, formatElapsed } from '../../text/times.js';
import { callerChannel, type Message } from './chat.js';
import { roomChannel, rooms } from './rooms.js';
import { addressee, callsOf, handlesFrom, shownHandle, type Visit, visitorOf } from './visit.js';
import { idle, who } from './who.js';

/** The answer to a line; null ends the session. */
export type Answer = string | null;

interface Command {
  /** The parameters, for the help. */
  readonly takes?: string;
  readonly help: string;
  /** Runs the command and returns the answer. `text` is the rest of the line. */
  readonly answer: (visit: Visit, text: string) => Answer;
  /** Completions for the rest of the line, for Tab. */
  readonly candidates?: (visit: Visit, begun: string) => readonly string[];
}

const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]{0,15}$/u;
/** The longest reason. Each caller who pages somebody that is away reads it. */
const MAX_AWAY_COLUMNS = 80;
const ENCODINGS: readonly Encoding[] = ['ascii', 'cp437', 'utf-8'];

/** The commands, in the order of the help. */
const COMMANDS: Readonly<Record<string, Command>> = {
  join: {
    takes: 'ROOM',
    help: 'go to a room, or open one',
    answer({ room }, text) {
      const name = text.normalize('NFC').toLowerCase();
      if (!ROOM.test(name))
        return 'A room name has 1 to 16 letters, digits, - and _. Example: /join garden\n';
      if (name === room.value) return `You are in ${name}.\n`;
      room.next(name);
      return `You are in ${name} now.\n`;
    },
    candidates: ({ services }, begun) => beginning([...rooms(services.bus).keys()], begun),
  },
  rooms: {
    help: 'list the rooms and their callers',
    answer({ services }) {
      const all = [...rooms(services.bus)].map(([room, { size }]) => `${room} (${size})`);
      return `${all.sort().slice(0, MAX_ROOMS).join(', ')}\n`;
    },
  },
  me: {
    takes: 'TEXT',
    help: 'say what you do',
    answer: (visit, text) =>
      text === '' ? 'Usage: /me TEXT, for example /me waves\n' : tell(visit, 'did', text),
  },
  page: {
    takes: 'HANDLE TEXT',
    help: 'send somebody a private message',
    answer: page,
    candidates: ({ services }, begun) => handlesFrom(services, begun),
  },
  who: { help: 'who is on line', answer: (visit) => who(visit) },
  idle: {
    takes: '[HANDLE]',
    help: 'how long callers have been idle',
    answer: (visit, text) => idle(visit.services, text),
    candidates: ({ services }, begun) => handlesFrom(services, begun),
  },
  afk: {
    takes: '[WHY]',
    help: 'say that you are away',
    answer(visit, text) {
      const why = shortened(text, MAX_AWAY_COLUMNS);
      visit.away.set(visit.session.id, why);
      publish(visit, 'did', why === '' ? 'is away.' : `is away: ${why}`);
      return 'You are away until you say something.\n';
    },
  },
  ignore: {
    takes: '[HANDLE]',
    help: 'ignore somebody, or stop ignoring them',
    answer: ignore,
    candidates: ({ services }, begun) => handlesFrom(services, begun),
  },
  last: {
    help: 'the last callers',
    answer: ({ lastCallers, services }) =>
      `When (UTC)        Handle\n${lastCallers()
        .map(({ handle, at }) => `${dateAndTime(services.dateOf(at))}  ${handle}\n`)
        .join('')}`,
  },
  time: {
    help: 'the time, and how long you are on line',
    answer({ session, services }) {
      const now = services.scheduler.now();
      return `It is ${services.dateOf(now).toUTCString()}. You have been on line for ${formatElapsed(now - session.openedAt)}.\n`;
    },
  },
  encoding: {
    takes: 'NAME',
    help: 'change the encoding, if letters look wrong',
    answer({ session }, text) {
      const encoding = ENCODINGS.find((name) => name === text.toLowerCase());
      if (!encoding) return `Your encoding is ${session.terminal.encoding}. Choose ascii, cp437 or utf-8.\n`;
      session.setEncoding(encoding);
      return `Now it should look right${encoding === 'ascii' ? '.' : ': é ░▒▓ ═╬═'}\n`;
    },
    candidates: (_, begun) => beginning(ENCODINGS, begun),
  },
  echo: {
    takes: 'on|off',
    help: 'show what you type, or leave that to your client',
    answer({ session }, text) {
      const choice = text.toLowerCase();
      if (choice !== 'on' && choice !== 'off')
        return `Your echo is ${session.terminal.echo ? 'on' : 'off'}. If what you type shows twice, type /echo off; if it does not show, /echo on.\n`;
      session.setEcho(choice === 'on');
      return choice === 'on'
        ? 'The board shows what you type now.\n'
        : 'Your client shows what you type now.\n';
    },
    candidates: (_, begun) => beginning(['off', 'on'], begun),
  },
  help: { help: 'this list', answer: help },
  quit: { help: 'hang up', answer: () => null },
};

/** Aliases that people try. */
const ALSO = { '?': 'help', bye: 'quit', exit: 'quit', w: 'who', msg: 'page', tell: 'page', away: 'afk' };

const MAX_ROOMS = 100;

const names = Object.keys(COMMANDS);
const commands = new Map([
  ...Object.entries(COMMANDS),
  ...Object.entries(ALSO).map(([name, meant]) => [name, COMMANDS[meant] as Command] as const),
]);

/**
 * Answers a line: runs a command, or says the line to the room. A line that begins with two slashes is said
 * with one.
 */
export function answer(visit: Visit, line: string): Answer {
  const typed = line.trim();
  if (typed === '') return '';
  if (typed.startsWith('//')) return tell(visit, 'said', typed.slice(1));
  const [, word, text = ''] = /^\/(\S*)\s*(.*)$/.exec(typed) ?? [];
  if (word === undefined) return tell(visit, 'said', typed);
  const command = commands.get(word.toLowerCase());
  return command ? command.answer(visit, text) : unknown(word);
}

/** Returns the completions of a line for Tab: commands, their parameters, or handles. */
export function candidates(visit: Visit, typed: string): readonly string[] {
  const [, word, blank, text = ''] = /^\/(\S*)( +)?(.*)$/.exec(typed) ?? [];
  if (word === undefined) return spokenTo(visit, typed);
  if (blank === undefined) return beginning(names, word).map((name) => `/${name}`);
  const found = commands.get(word.toLowerCase())?.candidates?.(visit, text) ?? [];
  return found.map((each) => `/${word} ${each}`);
}

/** Returns the handles on line that complete the last word. */
function spokenTo({ services }: Visit, typed: string): string[] {
  const start = typed.lastIndexOf(' ') + 1;
  // Only the last word matters, and a line may be long.
  if (start === typed.length || typed.length - start > MAX_TYPED_HANDLE) return [];
  const behind = start === 0 ? ':' : '';
  const handles = handlesFrom(services, typed.slice(start));
  return handles.map((handle) => `${typed.slice(0, start)}${handle}${behind}`);
}

/** A handle has 20 characters at most, and each may be typed as a letter and its marks. */
const MAX_TYPED_HANDLE = 60;

const beginning = (texts: readonly string[], begun: string) =>
  texts.filter((text) => text.startsWith(folded(begun)));

/** Says or does something in the caller's room. */
function tell(visit: Visit, kind: Message['kind'], text: string): string {
  const back = comeBack(visit);
  publish(visit, kind, text);
  const company = visit.services.bus.present().get(roomChannel(visit.room.value))?.size ?? 0;
  return `${back}${company > 1 ? '' : 'Nobody else is in this room to hear it.\n'}`;
}

function publish({ session, services, room }: Visit, kind: Message['kind'], text: string): void {
  const message: Message = { kind, from: visitorOf(session), text };
  services.bus.publish(roomChannel(room.value), message);
}

function comeBack(visit: Visit): string {
  if (!visit.away.delete(visit.session.id)) return '';
  publish(visit, 'did', 'is back.');
  return 'Welcome back.\n';
}

function ignore({ session, services, ignored }: Visit, text: string): string {
  const mine = ignored.get(session.id) ?? new Set();
  if (text === '') {
    const all = [...mine].sort().join(', ');
    return all === '' ? 'You are not ignoring anyone. Usage: /ignore HANDLE\n' : `You are ignoring ${all}.\n`;
  }
  const handle = addressee(services, text) ?? text;
  if (handle === shownHandle(session.user)) return 'That is you.\n';
  if (mine.delete(folded(handle))) {
    if (mine.size === 0) ignored.delete(session.id);
    return `You are no longer ignoring ${handle}.\n`;
  }
  if (addressee(services, text) === undefined) return NOBODY;
  if (mine.size >= MAX_IGNORED) return `You are already ignoring ${MAX_IGNORED} callers.\n`;
  ignored.set(session.id, mine.add(folded(handle)));
  return `You are ignoring ${handle} now. To stop: /ignore ${handle}\n`;
}

/** The most handles that a caller can ignore. */
const MAX_IGNORED = 100;

function page(visit: Visit, text: string): string {
  const { session, services, away } = visit;
  const handle = addressee(services, text);
  if (text === '') return 'Usage: /page HANDLE TEXT, for example /page ann Are you there?\n';
  if (handle === undefined) return NOBODY;
  if (handle === shownHandle(session.user)) return 'That is you.\n';
  // The typed name may be longer or shorter than the handle it matches.
  const words = text.replace(/^\S+/, '').trim();
  if (words === '') return `What do you want to tell ${handle}?\n`;
  const calls = callsOf(services, handle);
  const message: Message = { kind: 'paged', from: visitorOf(session), text: words };
  for (const { callId } of calls) services.bus.publish(callerChannel(callId), message);
  const back = comeBack(visit);
  if (calls.some(({ id }) => !away.has(id))) return `${back}Sent to ${handle}.\n`;
  const why = calls.map(({ id }) => away.get(id)).find((reason) => reason);
  return `${back}Sent to ${handle}, who is away${why ? `: ${why}` : ''}.\n`;
}

const NOBODY = 'No caller on line has that name. Type /who for a list.\n';

function help({ session }: Visit): string {
  const usage = Object.entries(COMMANDS).map(
    ([name, { takes, help }]) => [`/${name} ${takes ?? ''}`, help] as const,
  );
  const wide = Math.max(...usage.map(([command]) => command.length));
  const isWide = wide + 2 + Math.max(...usage.map(([, help]) => help.length)) <= session.terminal.columns;
  const lines = usage.map(([command, help]) =>
    isWide ? `${command.padEnd(wide)}  ${help}\n` : `${command}\n    ${help}\n`,
  );
  return `\nWhat you type goes to the whole room. Commands:\n${lines.join('')}Tab completes commands and handles.\n\n`;
}

function unknown(word: string): string {
  if (word === '') return 'Type /help for a list of commands.\n';
  // A correction must keep at least one letter of the word.
  const meant = closestMatch(word.toLowerCase(), names, { maxDistance: Math.min(2, word.length - 1) });
  return `There is no /${word}. ${meant ? `Did you mean /${meant}?` : 'Type /help for a list of commands.'}\n`;
}
