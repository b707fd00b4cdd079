import { EventEmitter } from 'node:events';
import { signals } from '../../../lib/process/signals.js';

describe('signals', () => {
  const handlers = (source: EventEmitter) => [
    source.listenerCount('SIGINT'),
    source.listenerCount('SIGTERM'),
  ];

  it('emits the name of each signal, in the order in which they come', () => {
    const source = new EventEmitter();
    const heard: string[] = [];
    signals(['SIGINT', 'SIGTERM'], source).subscribe((name) => heard.push(name));
    source.emit('SIGTERM', 'SIGTERM', 15);
    source.emit('SIGINT', 'SIGINT', 2);
    source.emit('SIGHUP', 'SIGHUP', 1);
    source.emit('SIGTERM', 'SIGTERM', 15);
    expect(heard).toEqual(['SIGTERM', 'SIGINT', 'SIGTERM']);
  });

  it('handles nothing until it is subscribed to', () => {
    const source = new EventEmitter();
    signals(['SIGINT', 'SIGTERM'], source);
    expect(handlers(source)).toEqual([0, 0]);
  });

  it('keeps its handlers, however often the signal comes, so that none meets the default action', () => {
    const source = new EventEmitter();
    let count = 0;
    signals(['SIGINT', 'SIGTERM'], source).subscribe(() => {
      count += 1;
    });
    for (let i = 0; i < 100; i += 1) expect(source.emit('SIGTERM')).toBeTrue();
    expect(count).toBe(100);
    expect(handlers(source)).toEqual([1, 1]);
  });

  it('takes its handlers away when nobody listens any more', () => {
    const source = new EventEmitter();
    const first = signals(['SIGINT', 'SIGTERM'], source).subscribe();
    const second = signals(['SIGTERM'], source).subscribe();
    first.unsubscribe();
    expect(handlers(source)).toEqual([0, 1]);
    second.unsubscribe();
    expect(handlers(source)).toEqual([0, 0]);
  });

  it("listens to the process's own signals, unless told otherwise, and leaves it as it was", () => {
    const before = process.listenerCount('SIGUSR2');
    const heard: string[] = [];
    const subscription = signals(['SIGUSR2']).subscribe((name) => heard.push(name));
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1);
    process.emit('SIGUSR2', 'SIGUSR2');
    subscription.unsubscribe();
    expect(heard).toEqual(['SIGUSR2']);
    expect(process.listenerCount('SIGUSR2')).toBe(before);
  });
});
