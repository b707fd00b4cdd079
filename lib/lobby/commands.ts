import { closestMatch } from 'leven';
import type { Encoding } from '../../streams/types/connection.js';
import { folded } from '../login/handle.js';
import { callerChannel, type Message } from './chat.js';
import { shortened } from './column.js';
import { roomChannel, rooms } from './rooms.js';
import { dateAndTime, spent } from './times.js';
import { addressee, callsOf, handlesFrom, shownHandle, type Visit, visitorOf } from './visit.js';
import { idle, who } from './who.js';

/** What is answered to a line; null hangs up. */
export type Answer = string | null;

interface Command {
  /** What comes behind it. */
  readonly takes?: string;
  readonly help: string;
  /** Answers; `text` is what was typed behind the command. */
  readonly answer: (visit: Visit, text: string) => Answer;
  /** What may come behind it and begins so, for Tab. */
  readonly candidates?: (visit: Visit, begun: string) => readonly string[];
}

const ROOM = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]{0,15}$/u;
/** A reason is told to each caller who pages somebody that is away. */
const MAX_AWAY_COLUMNS = 80;
const ENCODINGS: readonly Encoding[] = ['ascii', 'cp437', 'utf-8'];

/** The commands, in the order of the help. */
const COMMANDS: Readonly<Record<string, Command>> = {
  join: {
    takes: 'ROOM',
    help: 'go to a room, or open one',
    answer({ room }, text) {
      const name = text.normalize('NFC').toLowerCase();
      if (!ROOM.test(name)) return 'A room is 1 to 16 letters, digits, - and _: such as /join garden\n';
      if (name === room.value) return `You are in ${name}.\n`;
      room.next(name);
      return `You are in ${name} now.\n`;
    },
    candidates: ({ services }, begun) => beginning([...rooms(services.bus).keys()], begun),
  },
  rooms: {
    help: 'the rooms, and how many are there',
    answer({ services }) {
      const all = [...rooms(services.bus)].map(([room, { size }]) => `${room} (${size})`);
      return `${all.sort().slice(0, MAX_ROOMS).join(', ')}\n`;
    },
  },
  me: {
    takes: 'TEXT',
    help: 'say what you do',
    answer: (visit, text) => (text === '' ? 'What do you do? Such as /me waves\n' : tell(visit, 'did', text)),
  },
  page: {
    takes: 'HANDLE TEXT',
    help: 'tell somebody something, in whatever room',
    answer: page,
    candidates: ({ services }, begun) => handlesFrom(services, begun),
  },
  who: { help: 'who is on line', answer: (visit) => who(visit) },
  idle: {
    takes: '[HANDLE]',
    help: 'how long they have typed nothing',
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
      return 'You are away, until you say something.\n';
    },
  },
  ignore: {
    takes: '[HANDLE]',
    help: 'hear nothing of somebody, or hear them again',
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
      return `It is ${services.dateOf(now).toUTCString()}. You have been on line for ${spent(now - session.openedAt)}.\n`;
    },
  },
  encoding: {
    takes: 'NAME',
    help: 'ascii, cp437 or utf-8: if letters look wrong',
    answer({ session }, text) {
      const encoding = ENCODINGS.find((name) => name === text.toLowerCase());
      if (!encoding) return `It is ${session.terminal.encoding}. Choose ascii, cp437 or utf-8.\n`;
      session.setEncoding(encoding);
      return `Now it should look right${encoding === 'ascii' ? '.' : ': é ░▒▓ ═╬═'}\n`;
    },
    candidates: (_, begun) => beginning(ENCODINGS, begun),
  },
  help: { help: 'this list', answer: help },
  quit: { help: 'hang up', answer: () => null },
};

/** Other names that people try. */
const ALSO = { '?': 'help', bye: 'quit', exit: 'quit', w: 'who', msg: 'page', tell: 'page', away: 'afk' };

const MAX_ROOMS = 100;

const names = Object.keys(COMMANDS);
const commands = new Map([
  ...Object.entries(COMMANDS),
  ...Object.entries(ALSO).map(([name, meant]) => [name, COMMANDS[meant] as Command] as const),
]);

/** Answers what a caller typed: a command, or a line that is for all in the room. A second slash makes a line of a command. */
export function answer(visit: Visit, line: string): Answer {
  const typed = line.trim();
  if (typed === '') return '';
  if (typed.startsWith('//')) return tell(visit, 'said', typed.slice(1));
  const [, word, text = ''] = /^\/(\S*)\s*(.*)$/.exec(typed) ?? [];
  if (word === undefined) return tell(visit, 'said', typed);
  const command = commands.get(word.toLowerCase());
  return command ? command.answer(visit, text) : unknown(word);
}

/** What a line may become, for Tab: a command, with what it takes, or a handle. */
export function candidates(visit: Visit, typed: string): readonly string[] {
  const [, word, blank, text = ''] = /^\/(\S*)( +)?(.*)$/.exec(typed) ?? [];
  if (word === undefined) return spokenTo(visit, typed);
  if (blank === undefined) return beginning(names, word).map((name) => `/${name}`);
  const found = commands.get(word.toLowerCase())?.candidates?.(visit, text) ?? [];
  return found.map((each) => `/${word} ${each}`);
}

/** The handle that somebody is about to type into what they say. */
function spokenTo({ services }: Visit, typed: string): string[] {
  const start = typed.lastIndexOf(' ') + 1;
  // No handle is that long, and a line may be.
  if (start === typed.length || typed.length - start > MAX_TYPED_HANDLE) return [];
  const behind = start === 0 ? ':' : '';
  const handles = handlesFrom(services, typed.slice(start));
  return handles.map((handle) => `${typed.slice(0, start)}${handle}${behind}`);
}

/** A handle has 20 characters, and each may be typed as a letter and its marks. */
const MAX_TYPED_HANDLE = 60;

const beginning = (texts: readonly string[], begun: string) =>
  texts.filter((text) => text.startsWith(folded(begun)));

/** Says or does something in the room that the caller is in. */
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
    return all === '' ? 'You hear everybody. Such as /ignore bob\n' : `You hear nothing of ${all}.\n`;
  }
  const handle = addressee(services, text) ?? text;
  if (handle === shownHandle(session.user)) return 'That is you.\n';
  if (mine.delete(folded(handle))) {
    if (mine.size === 0) ignored.delete(session.id);
    return `You hear ${handle} again.\n`;
  }
  if (addressee(services, text) === undefined) return NOBODY;
  if (mine.size >= MAX_IGNORED) return `You hear nothing of ${MAX_IGNORED} callers already.\n`;
  ignored.set(session.id, mine.add(folded(handle)));
  return `You hear nothing of ${handle} now. To hear them again: /ignore ${handle}\n`;
}

/** Nobody has that many enemies. */
const MAX_IGNORED = 100;

function page(visit: Visit, text: string): string {
  const { session, services, away } = visit;
  const handle = addressee(services, text);
  if (text === '') return 'Whom? Such as /page ann Are you there?\n';
  if (handle === undefined) return NOBODY;
  if (handle === shownHandle(session.user)) return 'That is you.\n';
  // What was typed may have more letters, or fewer, than the handle that it means.
  const words = text.replace(/^\S+/, '').trim();
  if (words === '') return `What do you want to tell ${handle}?\n`;
  const calls = callsOf(services, handle);
  const message: Message = { kind: 'paged', from: visitorOf(session), text: words };
  for (const { callId } of calls) services.bus.publish(callerChannel(callId), message);
  const back = comeBack(visit);
  if (calls.some(({ id }) => !away.has(id))) return `${back}${handle} has it.\n`;
  const why = calls.map(({ id }) => away.get(id)).find((reason) => reason);
  return `${back}${handle} has it, but is away${why ? `: ${why}` : ''}.\n`;
}

const NOBODY = 'Nobody is on line by that name. Type /who for who is.\n';

function help({ session }: Visit): string {
  const usage = Object.entries(COMMANDS).map(
    ([name, { takes, help }]) => [`/${name} ${takes ?? ''}`, help] as const,
  );
  const wide = Math.max(...usage.map(([command]) => command.length));
  const isWide = wide + 2 + Math.max(...usage.map(([, help]) => help.length)) <= session.terminal.columns;
  const lines = usage.map(([command, help]) =>
    isWide ? `${command.padEnd(wide)}  ${help}\n` : `${command}\n    ${help}\n`,
  );
  return `\nWhat you type is for all in the room. Besides:\n${lines.join('')}Tab completes commands and handles.\n\n`;
}

function unknown(word: string): string {
  if (word === '') return 'Type /help for what there is.\n';
  // A word of which every letter is another one is another word.
  const meant = closestMatch(word.toLowerCase(), names, { maxDistance: Math.min(2, word.length - 1) });
  return `There is no /${word}. ${meant ? `Did you mean /${meant}?` : 'Type /help for what there is.'}\n`;
}
