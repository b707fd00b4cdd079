import { defer, finalize, Observable, Subject, share } from 'rxjs';
import { inOrder } from './in-order.js';
import type { Bus, Presence, Visitor } from './types.js';

/** Messages that one message may cause, with those that they cause, before it is taken for a loop. */
export const MOST_AT_ONCE = 10_000;

/**
 * The bus within one process. A message reaches those who observe its channel at that moment, and all of them
 * before the next one does; nothing is kept for those who come later. A channel that nobody observes is gone.
 *
 * Listeners who answer each other without end are stopped: whoever publishes one more than {@link MOST_AT_ONCE} messages
 * in answer to one has an error thrown.
 */
export function embeddedBus(): Bus {
  const messages = hub<unknown>();
  const presences = hub<Presence>();
  const rooms = new Map<string, Set<Visitor>>();

  return {
    publish: bounded(messages.publish),
    channel$: messages.channel$,
    presence$: presences.channel$,
    enter: (channel, { session, handle }) =>
      new Observable(() => {
        // One of its own for each entry, since somebody may be there twice.
        const visitor = { session, handle };
        const room = rooms.get(channel) ?? new Set();
        rooms.set(channel, room.add(visitor));
        presences.publish(channel, { type: 'entered', channel, visitor });
        return () => {
          room.delete(visitor);
          if (room.size === 0) rooms.delete(channel);
          presences.publish(channel, { type: 'left', channel, visitor });
        };
      }),
    present: () => new Map([...rooms].map(([channel, visitors]) => [channel, [...visitors]])),
  };
}

/** Channels by their names, each there while somebody observes it. */
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

/** Counts the messages that are published while another one is being heard. */
function bounded(publish: Bus['publish']): Bus['publish'] {
  let depth = 0;
  let caused = 0;
  return (channel, message) => {
    if (depth === 0) caused = 0;
    caused += 1;
    if (caused > MOST_AT_ONCE) throw new Error(`more than ${MOST_AT_ONCE} messages in answer to one`);
    depth += 1;
    publish(channel, message);
    depth -= 1;
  };
}

interface Channel<T> {
  readonly published: Subject<T>;
  readonly heard$: Observable<T>;
}
