import { spawn } from 'node:child_process';
import { concatMap, EMPTY, filter, map, Observable } from 'rxjs';
import type { ServerEvent } from '../../streams/types/events.js';

/** What a service manager wants to know, in the words of sd_notify(3). */
const STATES: { readonly [Type in ServerEvent['type']]?: string } = {
  serverListening: 'READY=1',
  serverDraining: 'STOPPING=1',
};

/**
 * Tells the service manager, where one has asked for it by `NOTIFY_SOCKET`, that the board listens and that it goes down. The
 * program systemd-notify does it, as the socket is of a kind that Node can't open. Emits a line when it couldn't be told;
 * completes when the events do and all is told; never errors.
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
      subscriber.next(`the service manager could not be told ${state}: ${why}`);
      subscriber.complete();
    };
    const child = spawn('systemd-notify', [state], { env, stdio: 'ignore' });
    // A board that is done doesn't wait for it.
    child.unref();
    child.on('error', (error) => failed(error.message));
    child.on('exit', (code) =>
      code === 0 ? subscriber.complete() : failed(`systemd-notify ended with ${code}`),
    );
  });
