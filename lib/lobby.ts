import { concat, map, of, takeWhile } from 'rxjs';
import stringWidth from 'string-width';
import type { App, Services, Session, SessionInfo } from '../streams/types.js';

const HELP = `
  /who   who is on line
  /time  the time here, and how long you have been on line
  /encoding cp437, or utf-8: if letters and lines look wrong
  /help  this list
  /quit  hang up
`;
const PROMPT = '> ';
const GOODBYE = 'Goodbye, and call again!\n';

/**
 * What `impulse serve` runs: a caller can see who is on line and what time it is, and leave. Answers each line
 * at once; completes at `/quit`.
 *
 * @example
 * ```ts
 * import { createImpulse, lobby } from 'impulse-bbs';
 *
 * await createImpulse({ app: lobby }).start();
 * ```
 */
export const lobby: App = (session, services) => {
  const answers$ = session.line$.pipe(
    map((line) => answer(line.trim(), session, services)),
    takeWhile((text) => text !== GOODBYE, true),
    map((text) => (text === GOODBYE ? text : `${text}${PROMPT}`)),
  );
  return concat(of(`${welcome(session, services)}${PROMPT}`), answers$);
};

function welcome({ user, node }: Session, { sessions }: Services): string {
  const others = sessions.size - 1;
  const company =
    others === 0
      ? 'You are the first here'
      : others === 1
        ? 'One other caller is here'
        : `${others} others are here`;
  return `\nWelcome, ${user?.handle}! You are on node ${node}. ${company}.\nType /help for what you can do.\n\n`;
}

function answer(line: string, session: Session, services: Services): string {
  const now = services.scheduler.now();
  switch (line.toLowerCase()) {
    case '':
      return '';
    case '/help':
    case '/?':
      return `${HELP}\n`;
    case '/who':
      return who([...services.sessions.values()], now);
    case '/time':
      return `It is ${new Date(now).toUTCString()}. You have been on line for ${clock(now - session.openedAt)}.\n`;
    case '/encoding cp437':
    case '/encoding utf-8':
      session.setEncoding(line.toLowerCase().endsWith('cp437') ? 'cp437' : 'utf-8');
      return 'Now it should look right: é ░▒▓ ═╬═\n';
    case '/quit':
    case '/bye':
      return GOODBYE;
    default:
      return line.startsWith('/')
        ? 'There is no such command. Type /help for those there are.\n'
        : 'Nobody reads plain lines here yet. Type /help for what you can do.\n';
  }
}

function who(sessions: SessionInfo[], now: number): string {
  const rows = sessions
    .sort((one, other) => one.node - other.node)
    .map(({ node, user, openedAt, lastInputAt }) =>
      [
        `${node}`.padStart(4),
        column(user?.handle ?? '(logging in)', 20),
        clock(now - openedAt),
        clock(now - lastInputAt),
      ].join('  '),
    );
  return `\nNode  ${column('Handle', 20)}  On line   Idle\n${rows.join('\n')}\n\n`;
}

/** A text in a column so wide on the screen, where some letters take two places. */
const column = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

/** `hh:mm:ss` */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => `${Math.floor(part)}`.padStart(2, '0'))
    .join(':');
}
