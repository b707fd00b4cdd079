import { defer, EMPTY, filter, type Observable, take, tap } from 'rxjs';
import { alsoSubscribe } from '../../streams/rx/also-subscribe.js';
import type { Authenticator } from '../../streams/types/app.js';
import type { Terminal } from '../../streams/types/connection.js';
import type { Session, User } from '../../streams/types/session.js';

const WORDS = `
 A board on Impulse.
 Tell us who you are, and come in.

`;

/** The default banner. */
export const BANNER = `
  _                       _
 (_)_ __ ___  _ __  _   _| |___  ___
 | | '_ \` _ \\| '_ \\| | | | / __|/ _ \\
 | | | | | | | |_) | |_| | \\__ \\  __/
 |_|_| |_| |_| .__/ \\__,_|_|___/\\___|
             |_|
${WORDS}`;
const BANNER_ROWS = BANNER.split('\n').length - 1;

/** The default banner for a terminal with colours. Uses only letters that CP437 has. */
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
 * Returns an authenticator that shows the banner before another one runs. With the default banner, every
 * caller first gets the plain text. If the client reports a terminal with colours and a cursor, the picture
 * replaces it.
 *
 * @param text The sysop's own banner; `null` for the default one.
 */
export const withBanner =
  (text: string | null, authenticate: Authenticator): Authenticator =>
  (session, services) =>
    defer(() => {
      session.write(text ?? BANNER);
      return authenticate(session, services).pipe(
        alsoSubscribe<User>(text === null ? picture(session) : EMPTY),
      );
    });

/**
 * Draws the picture over the plain banner when the terminal allows it, unless the caller has typed something.
 */
const picture = (session: Session): Observable<unknown> =>
  session.terminal$.pipe(
    filter(showsPictures),
    take(1),
    filter(() => session.lastInputAt === session.openedAt),
    tap(() => session.notify(`\x1b[${BANNER_ROWS}A\r\x1b[J${PICTURE}`)),
  );

// If the client echoes locally we don't control the cursor, whatever the terminal can do.
const showsPictures = ({ echo, colours, cursor, encoding, columns }: Terminal) =>
  echo && colours && cursor && encoding !== 'ascii' && columns >= PICTURE_COLUMNS;
