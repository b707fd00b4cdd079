import { defer, finalize, Observable, Subject, share } from 'rxjs';
import { inOrder } from '../rx/in-order.js';
import type { Bus, Presence, Visitor } from '../types/app.js';
import { BusError } from '../types/errors.js';

/**
 * The maximum number of messages and presence changes that one of them may cause in turn. More is taken for a
 * loop.
 */
export const MAX_AT_ONCE = 1000;

/**
 * Creates a bus within one process. A message reaches the current subscribers of its channel, all of them
 * before the next message. Nothing is kept for later subscribers. A channel without subscribers is deleted.
 *
 * Endless loops of listeners are stopped: after more than a thousand messages in reaction to one, `publish`
 * and `enter` throw a {@link BusError}.
 *
 * @example
 * ```ts
 * import { createImpulse, embeddedBus, lobby } from 'impulse-bbs';
 *
 * const bus = embeddedBus();
 * createImpulse({ app: lobby(), bus });
 * bus.channel$('news').subscribe((news) => console.log(news));
 * bus.publish('news', 'The board is open.');
 * ```
 */
export function embeddedBus(): Bus {
  const messages = hub<unknown>();
  const presences = hub<Presence>();
  const counted = loopGuard();
  const rooms = new Map<string, Set<Visitor>>();

  return {
    publish: (channel, message) => counted(() => messages.publish(channel, message)),
    channel$: messages.channel$,
    presence$: presences.channel$,
    enter: (channel, { callId, handle }) =>
      new Observable(() => {
        // A new object per entry, since a session may enter twice.
        const visitor = { callId, handle };
        const room = rooms.get(channel) ?? new Set();
        rooms.set(channel, room.add(visitor));
        const leave = () => {
          room.delete(visitor);
          if (room.size === 0) rooms.delete(channel);
        };
        try {
          counted(() => presences.publish(channel, { type: 'entered', channel, visitor }));
        } catch (error) {
          leave();
          throw error;
        }
        return () => {
          leave();
          presences.publish(channel, { type: 'left', channel, visitor });
        };
      }),
    present: () => rooms,
  };
}

/** Channels by name; each exists while it has subscribers. */
function hub<T>() {
  const channels = new Map<string, Channel<T>>();

  const open = (name: string): Channel<T> => {
    const published = new Subject<T>();
    const closed = finalize<T>(() => channels.delete(name));
    const channel = { published, heard$: published.pipe(inOrder(), closed, share()) };
    channels.set(name, channel);
    return channel;
  };

  return {
    publish: (name: string, message: T): void => channels.get(name)?.published.next(message),
    channel$: (name: string): Observable<T> => defer(() => (channels.get(name) ?? open(name)).heard$),
  };
}

/** Counts what is published in reaction to other messages, and throws above the limit. */
function loopGuard(): (publish: () => void) => void {
  let depth = 0;
  let caused = 0;
  return (publish) => {
    if (depth === 0) caused = 0;
    caused += 1;
    if (caused > MAX_AT_ONCE)
      throw new BusError('BUS_FEEDBACK', `more than ${MAX_AT_ONCE} messages in answer to one`);
    depth += 1;
    try {
      publish();
    } finally {
      depth -= 1;
    }
  };
}

interface Channel<T> {
  readonly published: Subject<T>;
  readonly heard$: Observable<T>;
}
