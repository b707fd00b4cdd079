import loglevel from 'loglevel';
import { config } from 'rxjs';
import { messageOf } from '../message-of.js';

/**
 * A listener of `event$` that throws, or an app's own `subscribe` that does, is a line in the log and not the
 * end of the process, which is what RxJS does with it unless told otherwise. The setting is RxJS's own and is
 * shared by the whole process, so one that is there already is left alone.
 */
export function catchUnhandled(): void {
  config.onUnhandledError ??= (error) =>
    loglevel.getLogger('impulse').error(`impulse: a listener failed: ${messageOf(error)}`);
}
