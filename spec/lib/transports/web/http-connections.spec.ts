import { Socket } from 'node:net';
import { VirtualTimeScheduler } from 'rxjs';
import {
  ANSWER_MS,
  httpConnections,
  MAX_HTTP_CONNECTIONS,
  MAX_HTTP_PER_ADDRESS,
  REQUEST_MS,
} from '../../../../lib/transports/web/http-connections.js';

describe('httpConnections', () => {
  let clock: VirtualTimeScheduler;
  let http: ReturnType<typeof httpConnections>;
  beforeEach(() => {
    clock = new VirtualTimeScheduler();
    http = httpConnections(clock);
  });
  const passes = (ms: number) => {
    clock.maxFrames = clock.frame + ms;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  const add = (key: string | undefined) => {
    const socket = new Socket();
    http.add(socket, key);
    return socket;
  };
  const waiting = () => clock.actions.filter(({ closed }) => !closed).length;

  it('destroys a connection whose request takes too long, and one whose answer does', () => {
    const [slow, answered] = [add('a'), add('a')];
    passes(REQUEST_MS - 1);
    http.answering(answered);
    expect(slow.destroyed).toBeFalse();
    passes(1);
    expect(slow.destroyed).toBeTrue();
    passes(ANSWER_MS - 2);
    expect(answered.destroyed).toBeFalse();
    passes(1);
    expect(answered.destroyed).toBeTrue();
  });

  it('destroys the oldest of an address that has too many, and counts no proxy', () => {
    const sockets = Array.from({ length: MAX_HTTP_PER_ADDRESS }, () => add('a'));
    const other = add('b');
    const more = [add('a'), add('a')];
    expect(sockets.map(({ destroyed }) => destroyed).indexOf(false)).toBe(2);
    expect([other, ...more].some(({ destroyed }) => destroyed)).toBeFalse();
    const proxied = Array.from({ length: 2 * MAX_HTTP_PER_ADDRESS }, () => add(undefined));
    expect(proxied.some(({ destroyed }) => destroyed)).toBeFalse();
  });

  it('destroys the oldest of all when there are too many', () => {
    const sockets = Array.from({ length: MAX_HTTP_CONNECTIONS + 3 }, (_, index) => add(`${index}`));
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual(sockets.slice(0, 3));
  });

  it('forgets a connection that was closed or removed, with its deadline', async () => {
    const [closed, removed] = [add('a'), add('a')];
    expect(http.remove(removed)).toBeTrue();
    expect(http.remove(removed)).toBeFalse();
    expect(removed.listenerCount('close')).toBe(0);
    await new Promise((resolve) => closed.once('close', resolve).destroy());
    expect(http.remove(closed)).toBeFalse();
    expect(waiting()).toBe(0);
    passes(REQUEST_MS);
    expect(removed.destroyed).toBeFalse();
  });

  it('destroys all at the end', () => {
    const sockets = [add('a'), add('b'), add(undefined)];
    http.destroyAll();
    expect(sockets.every(({ destroyed }) => destroyed)).toBeTrue();
    expect(waiting()).toBe(0);
  });
});
