import { spawn } from 'node:child_process';
import { concatMap, EMPTY, filter, map, Observable } from 'rxjs';
import type { ServerEvent } from '../../streams/types/events.js';

/** The messages of sd_notify(3), by event. */
const STATES: { readonly [Type in ServerEvent['type']]?: string } = {
  serverListening: 'READY=1',
  serverDraining: 'STOPPING=1',
};

/**
 * Tells the service manager that the board listens and that it shuts down, if `NOTIFY_SOCKET` is set. Runs
 * the program systemd-notify, since Node can't open that kind of socket. Emits a line when a message couldn't
 * be sent. Completes when the events do and all messages are sent. Never errors.
 */
export function notifyManager(event$: Observable<ServerEvent>, env = process.env): Observable<string> {
  if (!env.NOTIFY_SOCKET) return EMPTY;
  return event$.pipe(
    map(({ type }) => STATES[type]),
    filter((state) => state !== undefined),
    concatMap((state) => tell(state, env)),
  );
}

const tell = (state: string, env: NodeJS.ProcessEnv): Observable<string> =>
  new Observable((subscriber) => {
    const failed = (why: string) => {
      subscriber.next(`could not notify the service manager (${state}): ${why}`);
      subscriber.complete();
    };
    const child = spawn('systemd-notify', [state], { env, stdio: 'ignore' });
    // Don't keep a finished board waiting for it.
    child.unref();
    child.on('error', (error) => failed(error.message));
    child.on('exit', (code) =>
      code === 0 ? subscriber.complete() : failed(`systemd-notify ended with ${code}`),
    );
  });
