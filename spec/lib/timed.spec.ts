import { createSessionManager } from '../../lib/session-manager.js';
import { fakeConnection } from '../../lib/testing/fake-connection.js';
import { inVirtualTime } from '../../lib/testing/virtual-time.js';
import { timed } from '../../lib/timed.js';
import type { TimedEvent } from '../../streams/types/events.js';

const asJson = (error: unknown) =>
  JSON.parse(
    JSON.stringify(timed({ type: 'sessionClosing', session: 1, node: 1, reason: 'app-error', error }, 5)),
  );

describe('timed', () => {
  it("gives each event the time of the board's clock", () => {
    inVirtualTime((m) => {
      const { run } = createSessionManager({ app: (session) => session.line$, scheduler: m.scheduler });
      const times: [number, string][] = [];
      const ann = fakeConnection(m.cold('--a 7ms |', { a: 'ann\r' }));
      run(m.hot('-a', { a: ann })).subscribe(({ at, type }) => times.push([at, type]));
      m.flush();
      expect(times.slice(0, 4)).toEqual([
        [1, 'sessionOpened'],
        [3, 'sessionAuthenticated'],
        [11, 'sessionClosing'],
        [11, 'sessionClosed'],
      ]);
    });
  });

  it('writes an error as JSON, with its name, message, code and stack', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'TOO_FAR', secret: 'hidden' });
    expect(asJson(error)).toEqual({
      type: 'sessionClosing',
      session: 1,
      node: 1,
      reason: 'app-error',
      at: 5,
      error: { name: 'RangeError', message: 'too far', code: 'TOO_FAR', stack: error.stack },
    });
  });

  it('writes anything else that was thrown', () => {
    expect(asJson('oops').error).toEqual({ name: 'string', message: 'oops' });
    expect(asJson(null).error).toEqual({ name: 'object', message: 'null' });
    expect(asJson(Object.create(null)).error).toEqual({ name: 'object', message: 'an error without words' });
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(asJson(circular).error).toEqual({ name: 'object', message: '[object Object]' });
  });

  it('adds no field but the time', () => {
    const event: TimedEvent = timed({ type: 'serverFailed', error: new Error('bug') }, 1);
    expect(Object.keys(event)).toEqual(['type', 'error', 'at']);
    expect(Object.keys(timed({ type: 'serverListening', host: '::1', port: 23 }, 1))).toEqual([
      'type',
      'host',
      'port',
      'at',
    ]);
  });
});
