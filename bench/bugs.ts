import type { Edit } from './edit.js';

/** A typical bug, as an edit of the source. */
export interface Bug extends Edit {
  readonly name: string;
}

/** Bugs that boards have had. */
export const BUGS: readonly Bug[] = [
  {
    name: 'one-too-many',
    file: 'streams/admission/capacity.ts',
    find: 'return taken < nodes &&',
    put: 'return taken <= nodes &&',
  },
  {
    name: 'lost-waiter',
    file: 'streams/admission/admitted.ts',
    find: '    this.loggedIn();\n    this.#waitingRoom.seatWaiters();',
    put: '    this.loggedIn();',
  },
  {
    name: 'waiters-not-told-of-limits',
    file: 'streams/admission/admit.ts',
    find: 'running.add(changed$.subscribe(room.seatWaiters))',
    put: 'running.add(changed$.subscribe())',
  },
  {
    name: 'node-counted-up',
    file: 'streams/admission/node-numbers.ts',
    find: '      if (node < lowest) lowest = node;\n',
    put: '',
  },
  {
    name: 'node-never-freed',
    file: 'streams/session/session-reporter.ts',
    find: '    admitted.leave();\n  }\n\n',
    put: '  }\n\n',
  },
  {
    name: 'registry-keeps-the-dead',
    file: 'streams/events/registry.ts',
    find: "if (event.type === 'sessionClosing') leave(event.session);\n      else if (event.type === 'sessionAuth",
    put: "if (event.type === 'sessionAuth",
  },
  {
    name: 'stale-idle-clock',
    file: 'streams/session/session-timeouts.ts',
    find: 'return this.#call.lastInputAt + orNever(this.#idleMs);',
    put: 'return this.#call.lastInputAt + 2 * orNever(this.#idleMs);',
  },
  {
    name: 'login-deadline-too-late',
    file: 'streams/session/login-timeout.ts',
    find: 'timeout({ first: timeoutMs,',
    put: 'timeout({ first: 2 * timeoutMs,',
  },
  {
    name: 'time-limit-forgotten',
    file: 'streams/session/session-timeouts.ts',
    find: "    if (now >= this.limitEndsAt()) return 'time-limit';\n",
    put: '',
  },
  {
    name: 'ended-twice',
    file: 'streams/session/call.ts',
    find: '    if (this.#ending) return this.#ending;\n',
    put: '',
  },
  {
    name: 'sweep-never-stops',
    file: 'streams/rx/timer-wheel.ts',
    find: '    if (next === NO_DEADLINE) return;\n    alarm',
    put: '    alarm',
  },
  {
    name: 'farewell-never-cut',
    file: 'streams/shutdown/farewell.ts',
    find: 'refused && connection.refuse ? REFUSE_MS : FLUSH_MS,',
    put: '1000 * FLUSH_MS,',
  },
  {
    name: 'presence-stays',
    file: 'streams/events/bus.ts',
    find: '          room.delete(visitor);\n',
    put: '',
  },
  {
    name: 'bus-out-of-order',
    file: 'streams/rx/in-order.ts',
    find: 'subscriber.next(pending.shift() as T)',
    put: 'subscriber.next(pending.pop() as T)',
  },
  {
    name: 'said-twice',
    file: 'lib/apps/lobby/commands.ts',
    find: '  publish(visit, kind, text);\n',
    put: "  publish(visit, kind, text);\n  if (text.includes('👋')) publish(visit, kind, text);\n",
  },
  {
    name: 'error-of-an-app-lost',
    file: 'streams/session/talk.ts',
    find: "super.onError(endOf(error, 'app-error'));",
    put: 'void error;',
  },
  {
    name: 'drain-forgets-who-waits',
    file: 'streams/shutdown/drain.ts',
    find: "(call) => call.end('shutdown'),",
    put: "(call) => call.state !== 'waiting' && call.end('shutdown'),",
  },
  {
    name: 'app-outlives-its-call',
    file: 'streams/session/talk.ts',
    find: '    this.#speaking.unsubscribe();\n',
    put: '',
  },
  {
    name: 'bytes-counted-twice',
    file: 'lib/transports/telnet/socket-connection.ts',
    find: 'this.bytesIn += chunk.length;',
    put: 'this.bytesIn += chunk.length + this.#dropped;',
  },
  {
    name: 'sent-said-too-early',
    file: 'streams/shutdown/farewell.ts',
    find: 'of(connection.backlog === 0)',
    put: 'of(true)',
  },
  {
    name: 'shutdown-never-completes',
    file: 'streams/manager.ts',
    find: '        takeUntil(order$),\n        accessControl(',
    put: '        accessControl(',
  },
  {
    name: 'left-app-throws-at-us',
    file: 'streams/session/session.ts',
    find: "streamOf('an app', app(reporter.call, services)).pipe(catchTeardownError(reporter))",
    put: "streamOf('an app', app(reporter.call, services))",
  },
  {
    name: 'input-not-noted',
    file: 'streams/session/session-timeouts.ts',
    find: '    call.lastInputAt = this.#scheduler.now();\n',
    put: '',
  },
  {
    name: 'wait-counted-as-login',
    file: 'streams/session/session-reporter.ts',
    find: '    call.openedAt = call.lastInputAt = call.scheduler.now();\n',
    put: '',
  },
  {
    name: 'penalised-let-in',
    file: 'streams/admission/access-control.ts',
    find: 'limits.penalties ? penalties.remainingMs(address) : 0',
    put: '0',
  },
  {
    name: 'penalty-never-ends',
    file: 'streams/admission/penalties.ts',
    find: 'record?.inForce ? Math.ceil(record.until - now) : 0',
    put: 'record?.inForce ? Math.max(1, record.until - now) : 0',
  },
  {
    name: 'lines-of-an-address-kept',
    file: 'streams/admission/per-address.ts',
    find: '(counts.get(network) as number) - 1',
    put: 'counts.get(network) as number',
  },
  {
    name: 'one-too-many-of-an-address',
    file: 'streams/admission/per-address.ts',
    find: '(counts.get(network) ?? 0) >=',
    put: '(counts.get(network) ?? 0) >',
  },
  {
    name: 'wide-networks-unlimited',
    file: 'streams/admission/per-address.ts',
    find: 'networks.some(isFull)',
    put: 'networks.slice(0, 1).some(isFull)',
  },
  {
    name: 'one-too-many-of-a-user',
    file: 'streams/admission/per-user.ts',
    find: 'theirs.length < maxPerUser',
    put: 'theirs.length <= maxPerUser',
  },
  {
    name: 'handle-taken-twice',
    file: 'streams/session/index-handles.ts',
    find: '        if (one !== undefined) return users.get(one);',
    put: '        if (one !== undefined && looksOf(handle).length === 0) return users.get(one);',
  },
  {
    name: 'waiter-stays-in-line',
    file: 'streams/admission/waiting-room.ts',
    find: '      takeOut(waiter);\n      moves.next();',
    put: '      moves.next();',
  },
  {
    name: 'nobody-moves-up',
    file: 'streams/admission/waiting-room.ts',
    find: '          next.enter();\n          moves.next();',
    put: '          next.enter();',
  },
  {
    name: 'waiting-room-too-small',
    file: 'streams/admission/admit.ts',
    find: 'room.size >= limits.waitingRoom',
    put: 'room.size + 1 >= limits.waitingRoom',
  },
  {
    name: 'grace-not-given',
    file: 'streams/shutdown/drain.ts',
    find: 'timer(graceMs, scheduler)',
    put: 'timer(0, scheduler)',
  },
  {
    name: 'forced-not-counted',
    file: 'streams/shutdown/drain.ts',
    find: '          else forced += 1;\n',
    put: '',
  },
  {
    name: 'calls-keep-the-dead',
    file: 'streams/session/session-reporter.ts',
    find: '    this.#parts.calls.delete(id);\n',
    put: '',
  },
  {
    name: 'answers-lost-on-the-bus',
    file: 'streams/events/bus.ts',
    find: '    depth += 1;\n    try {',
    put: '    if (depth > 0) return;\n    depth += 1;\n    try {',
  },
  {
    name: 'allowance-never-refills',
    file: 'streams/admission/token-bucket.ts',
    find: 'bucket.tokens + (now - bucket.filledAt) / (perMs / count)',
    put: 'bucket.tokens',
  },
  {
    name: 'reserve-for-everybody',
    file: 'streams/admission/capacity.ts',
    find: 'limits.maxSessions - (isTrusted ? 0 : limits.reserve)',
    put: 'limits.maxSessions',
  },
  {
    name: 'strangers-not-counted',
    file: 'streams/admission/capacity.ts',
    find: 'if (!isTrusted) unauthenticated += 1;',
    put: '',
  },
  {
    name: 'typed-ahead-in-reverse',
    file: 'streams/terminal/line-queue.ts',
    find: '[EMPTY, this.#pushed.reverse()]',
    put: '[EMPTY, this.#pushed]',
  },
];
