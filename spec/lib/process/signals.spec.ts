import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { holdSignals, isIgnored, SIGNALS } from '../../../lib/process/signals.js';

const NAMES = Object.keys(SIGNALS) as NodeJS.Signals[];

describe('holdSignals', () => {
  it('installs one handler for each signal in the table', () => {
    const source = new EventEmitter();
    holdSignals(source);
    for (const name of NAMES) expect(source.listenerCount(name)).withContext(name).toBe(1);
    expect(source.eventNames().length).toBe(NAMES.length);
  });

  it('replays the signals before the listener, in order, and then passes on each one', () => {
    const source = new EventEmitter();
    const hearSignals = holdSignals(source);
    source.emit('SIGTERM');
    source.emit('SIGUSR1');
    const heard: string[] = [];

    hearSignals((name) => heard.push(name));
    source.emit('SIGINT');
    source.emit('SIGWINCH');

    expect(heard).toEqual(['SIGTERM', 'SIGUSR1', 'SIGINT']);
  });

  it('passes on a signal that comes during the replay', () => {
    const source = new EventEmitter();
    const hearSignals = holdSignals(source);
    source.emit('SIGTERM');
    const heard: string[] = [];

    hearSignals((name) => {
      heard.push(name);
      if (heard.length === 1) source.emit('SIGINT');
    });

    expect(heard).toEqual(['SIGTERM', 'SIGINT']);
  });

  it('keeps its handlers after a signal, so that the default action never happens', () => {
    const source = new EventEmitter();
    let count = 0;
    holdSignals(source)(() => {
      count += 1;
    });
    for (let i = 0; i < 100; i += 1) expect(source.emit('SIGTERM')).toBeTrue();
    expect(count).toBe(100);
  });

  it("skips a signal that the system doesn't have", () => {
    const source = new EventEmitter();
    source.on('newListener', (name) => {
      if (name === 'SIGPWR') throw new Error('uv_signal_start EINVAL');
    });
    holdSignals(source);
    expect(source.listenerCount('SIGPWR')).toBe(0);
    expect(source.listenerCount('SIGUSR2')).toBe(1);
  });

  it('handles every signal of the process', () => {
    const before = NAMES.map((name) => process.listeners(name as 'SIGINT'));
    const heard: string[] = [];
    holdSignals()((name) => heard.push(name));
    try {
      for (const name of NAMES) process.emit(name, name);
      expect(heard).toEqual(NAMES);
    } finally {
      NAMES.forEach((name, index) => {
        for (const listener of process.listeners(name as 'SIGINT'))
          if (!before[index]?.includes(listener)) process.off(name, listener);
      });
    }
  });

  it('covers every signal that would end the process, except its own faults', () => {
    const elsewhere = [
      // The first two can't be handled; Node ignores the next two; the rest are faults of the process, or harmless by default.
      ['SIGKILL', 'SIGSTOP'],
      ['SIGPIPE', 'SIGXFSZ'],
      ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGIOT', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSYS'],
      ['SIGCHLD', 'SIGURG', 'SIGWINCH', 'SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGPOLL'],
      // Signals of other systems.
      ['SIGINFO', 'SIGUNUSED', 'SIGBREAK', 'SIGLOST', 'SIGEMT'],
    ].flat();
    const names = Object.keys(constants.signals).filter((name) => !elsewhere.includes(name));
    expect(names.sort()).toEqual(NAMES.filter((name) => name in constants.signals).sort());
  });

  it('knows the ignored signals', () => {
    expect(NAMES.filter(isIgnored)).toEqual([
      'SIGUSR1',
      'SIGUSR2',
      'SIGALRM',
      'SIGVTALRM',
      'SIGPROF',
      'SIGIO',
      'SIGSTKFLT',
    ]);
    expect(isIgnored('SIGCONT')).toBeFalse();
  });
});
