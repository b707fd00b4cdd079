import { defer, finalize, type Observable, Subject, share } from 'rxjs';
import { inOrder } from './in-order.js';
import type { Bus } from './types.js';

/**
 * The bus within one process. A message reaches those who observe its channel at that moment, and all of them
 * before the next one does; nothing is kept for those who come later. A channel that nobody observes is gone.
 */
export function embeddedBus(): Bus {
  const channels = new Map<string, Channel>();

  const open = (name: string): Channel => {
    const published = new Subject<unknown>();
    const closed = finalize<unknown>(() => channels.delete(name));
    const channel = { published, heard$: published.pipe(inOrder(), closed, share()) };
    channels.set(name, channel);
    return channel;
  };

  return {
    publish: (name, message) => channels.get(name)?.published.next(message),
    channel$: (name) => defer(() => (channels.get(name) ?? open(name)).heard$),
  };
}

interface Channel {
  readonly published: Subject<unknown>;
  readonly heard$: Observable<unknown>;
}
