import { defer } from 'rxjs';
import type { Authenticator } from '../streams/types.js';

/** What a caller reads first, unless the sysop has a banner file. */
export const BANNER = `
  _                       _
 (_)_ __ ___  _ __  _   _| |___  ___
 | | '_ \` _ \\| '_ \\| | | | / __|/ _ \\
 | | | | | | | |_) | |_| | \\__ \\  __/
 |_|_| |_| |_| .__/ \\__,_|_|___/\\___|
             |_|

 A board on Impulse. Tell us who you are, and come in.

`;

/** Shows the banner, then goes on to who is calling. */
export const greeted =
  (banner: string, authenticate: Authenticator): Authenticator =>
  (session, services) =>
    defer(() => {
      session.write(banner);
      return authenticate(session, services);
    });
