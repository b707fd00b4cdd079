import { defer, EMPTY, filter, type Observable, take, tap } from 'rxjs';
import { beside } from '../../streams/rx/beside.js';
import type { Authenticator } from '../../streams/types/app.js';
import type { Terminal } from '../../streams/types/connection.js';
import type { Session, User } from '../../streams/types/session.js';

const WORDS = `
 A board on Impulse.
 Tell us who you are, and come in.

`;

/** What a caller reads first, unless the sysop has a banner file. */
export const BANNER = `
  _                       _
 (_)_ __ ___  _ __  _   _| |___  ___
 | | '_ \` _ \\| '_ \\| | | | / __|/ _ \\
 | | | | | | | |_) | |_| | \\__ \\  __/
 |_|_| |_| |_| .__/ \\__,_|_|___/\\___|
             |_|
${WORDS}`;
const BANNER_ROWS = BANNER.split('\n').length - 1;

/** What takes its place on a terminal with colours; in letters that CP437 has too. */
export const PICTURE = `
\x1b[1;36m  ▀█▀  █▄ ▄█  █▀▀▀▄  █   █  █      ▄▀▀▀▀  █▀▀▀▀
\x1b[0;36m   █   █ ▀ █  █▄▄▄▀  █   █  █       ▀▀▀▄  █▀▀▀
\x1b[0;34m  ▄█▄  █   █  █      ▀▄▄▄▀  █▄▄▄▄  ▄▄▄▄▀  █▄▄▄▄
\x1b[1;31m                 ┌┐
  ───────────────┘│┌─┐  ┌┐
                  └┘ └──┘└─────────────────────\x1b[0m
${WORDS}`;
const PICTURE_COLUMNS = 47;

/**
 * Shows the banner, then goes on to who is calling. Of the built-in banner everybody gets the plain one, at once; as
 * soon as a client says that its terminal has colours and a cursor, the picture takes its place.
 *
 * @param text The sysop's own; `null` for the built-in one.
 */
export const greeted =
  (text: string | null, authenticate: Authenticator): Authenticator =>
  (session, services) =>
    defer(() => {
      session.write(text ?? BANNER);
      return authenticate(session, services).pipe(beside<User>(text === null ? picture(session) : EMPTY));
    });

/** Draws the picture where the plain banner is, once it may; not over what the caller has typed since. */
const picture = (session: Session): Observable<unknown> =>
  session.terminal$.pipe(
    filter(showsPictures),
    take(1),
    filter(() => session.lastInputAt === session.openedAt),
    tap(() => session.notify(`\x1b[${BANNER_ROWS}A\r\x1b[J${PICTURE}`)),
  );

// A client that shows what is typed by itself has no cursor of ours, whatever its terminal can do.
const showsPictures = ({ echo, colours, cursor, encoding, columns }: Terminal) =>
  echo && colours && cursor && encoding !== 'ascii' && columns >= PICTURE_COLUMNS;
