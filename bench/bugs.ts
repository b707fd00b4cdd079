/** A bug as somebody might make it. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  /** What is there, once. */
  readonly find: string;
  /** What is there instead. */
  readonly put: string;
}

/** Bugs that boards have had. */
export const BUGS: readonly Bug[] = [
  {
    name: 'one-too-many',
    file: 'streams/admit.ts',
    find: 'return inside < capacity &&',
    put: 'return inside <= capacity &&',
  },
  {
    name: 'lost-waiter',
    file: 'streams/admit.ts',
    find: '          loggedIn();\n          seatWaiters();',
    put: '          loggedIn();',
  },
  {
    name: 'waiters-not-told-of-limits',
    file: 'streams/admit.ts',
    find: '() => changed$.subscribe(seatWaiters)',
    put: '() => changed$.subscribe()',
  },
  {
    name: 'node-counted-up',
    file: 'streams/nodes.ts',
    find: 'if (taken.delete(node) && node < lowest) lowest = node;',
    put: 'taken.delete(node);',
  },
  {
    name: 'node-never-freed',
    file: 'streams/session.ts',
    find: '      admitted.leave();\n    });\n    calls.set(id, call);',
    put: '    });\n    calls.set(id, call);',
  },
  {
    name: 'registry-keeps-the-dead',
    file: 'streams/registry.ts',
    find: "      if (event.type === 'sessionClosing') sessions.delete(event.session);\n",
    put: '',
  },
  {
    name: 'stale-idle-clock',
    file: 'streams/expire.ts',
    find: 'if (now >= call.lastInputAt + idleMs) return end',
    put: 'if (now >= call.lastInputAt + 2 * idleMs) return end',
  },
  {
    name: 'login-extended-by-typing',
    file: 'streams/expire.ts',
    find: ': call.openedAt + loginMs;',
    put: ': call.lastInputAt + loginMs;',
  },
  {
    name: 'time-limit-forgotten',
    file: 'streams/expire.ts',
    find: "          if (now >= call.openedAt + limitMs) return end('time-limit');\n",
    put: '',
  },
  {
    name: 'ended-twice',
    file: 'streams/call.ts',
    find: '    if (this.#ending) return this.#ending;\n',
    put: '',
  },
  {
    name: 'write-behind-the-end',
    file: 'lib/telnet.ts',
    find: 'return !this.#closing && this.#socket.writable;',
    put: 'return this.#greeted;',
  },
  {
    name: 'sweep-never-stops',
    file: 'streams/sweep.ts',
    find: '      tick?.unsubscribe();\n',
    put: '',
  },
  {
    name: 'farewell-never-cut',
    file: 'streams/farewell.ts',
    find: 'connection.closed$.pipe(takeUntil(timer(patienceMs, scheduler)))',
    put: 'connection.closed$.pipe(takeUntil(timer(1000 * patienceMs, scheduler)))',
  },
  {
    name: 'presence-stays',
    file: 'streams/bus.ts',
    find: '          room.delete(visitor);\n',
    put: '',
  },
  {
    name: 'bus-out-of-order',
    file: 'streams/in-order.ts',
    find: 'subscriber.next(pending.shift() as T)',
    put: 'subscriber.next(pending.pop() as T)',
  },
  {
    name: 'said-twice',
    file: 'lib/lobby/commands.ts',
    find: '  publish(visit, kind, text);\n',
    put: "  publish(visit, kind, text);\n  if (text.includes('👋')) publish(visit, kind, text);\n",
  },
  {
    name: 'error-of-an-app-lost',
    file: 'streams/talk.ts',
    find: "(error) =>\n            subscriber.error(error instanceof SessionEnd ? error : new SessionEnd('app-error', error)),",
    put: '() => {},',
  },
  {
    name: 'drain-forgets-who-waits',
    file: 'streams/drain.ts',
    find: "          else call.end('shutdown');",
    put: "          else if (call.state !== 'waiting') call.end('shutdown');",
  },
  {
    name: 'app-outlives-its-call',
    file: 'streams/talk.ts',
    find: '        conversation.unsubscribe();\n',
    put: '',
  },
  {
    name: 'bytes-counted-twice',
    file: 'lib/telnet.ts',
    find: '    return this.#socket.bytesRead;',
    put: '    return this.#socket.bytesRead + this.#dropped;',
  },
  {
    name: 'sent-said-too-early',
    file: 'streams/farewell.ts',
    find: 'of(connection.backlog === 0)',
    put: 'of(true)',
  },
];
