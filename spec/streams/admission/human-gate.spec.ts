import { EMPTY, NEVER, type Observable, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { type FakeConnection, fakeConnection } from '../../../lib/testing/fake-connection.js';
import { GATE_PLACES, humanGate } from '../../../streams/admission/human-gate.js';
import { isRefused } from '../../../streams/admission/refused.js';
import type { ConnectionAttempt } from '../../../streams/types/admission.js';
import { SessionEnd } from '../../../streams/types/session-end.js';

const ASKED = 'Press ESC twice to come in.\n';

/** The outcome for each connection: `in`, or the reason. */
function verdicts(attempt$: Observable<ConnectionAttempt>): string[] {
  const heard: string[] = [];
  attempt$.subscribe((attempt) => heard.push(isRefused(attempt) ? attempt.reason : 'in'));
  return heard;
}

describe('humanGate', () => {
  const connections = (input$: Observable<string>): FakeConnection => fakeConnection(input$);

  it(
    'admits a caller who presses ESC twice, among other keys and in any chunks',
    marbles((m) => {
      const typed = m.cold('                 -a-e-b-e-x', { a: 'hello', e: '\x1b', b: 'oh', x: 'later' });
      const caller = connections(typed);
      const attempt$ = m.hot('                 k---------', { k: caller });
      m.expect(attempt$.pipe(humanGate(NEVER, m.scheduler))).toBeObservable('-------k', { k: caller });
      m.expect(typed).toHaveSubscriptions('  ^------!');
      m.flush();
      expect(caller.screen).toBe(ASKED);
      expect(caller.calls).toEqual([]);
    }),
  );

  it(
    'asks two callers at the same time',
    marbles((m) => {
      const caller = connections(m.cold('-e', { e: '\x1b\x1b' }));
      m.expect(m.cold('k-|', { k: caller }).pipe(humanGate(NEVER, m.scheduler))).toBeObservable('-k|', {
        k: caller,
      });
    }),
  );

  it(
    "refuses a caller who doesn't within ten seconds",
    marbles((m) => {
      const typed = m.cold('-e', { e: '\x1b' });
      const caller = connections(typed);
      const verdict = { verdict: 'refused', connection: caller, reason: 'gate' } as const;
      const attempt$ = m.cold<ConnectionAttempt>('k|', { k: caller });
      m.expect(attempt$.pipe(humanGate(NEVER, m.scheduler))).toBeObservable('10s (v|)', { v: verdict });
      m.expect(typed).toHaveSubscriptions('^ 9999ms !');
    }),
  );

  it(
    'refuses clients of another protocol, and names it',
    marbles((m) => {
      const caller = connections(m.cold('-#', undefined, new SessionEnd('wrong-protocol', 'HTTP')));
      const refusal = {
        verdict: 'refused',
        connection: caller,
        reason: 'wrong-protocol',
        protocol: 'HTTP',
      } as const;
      m.expect(
        m.cold<ConnectionAttempt>('k|', { k: caller }).pipe(humanGate(NEVER, m.scheduler)),
      ).toBeObservable('-(v|)', {
        v: refusal,
      });
    }),
  );

  for (const [how, end$] of [
    ['hangs up', EMPTY],
    ['is given up by the transport', throwError(() => new SessionEnd('protocol'))],
  ] as const) {
    it(
      `refuses a caller who ${how} meanwhile`,
      marbles((m) => {
        expect(verdicts(m.cold('k|', { k: connections(end$) }).pipe(humanGate(NEVER, m.scheduler)))).toEqual(
          [],
        );
        const heard = verdicts(m.cold('k|', { k: connections(end$) }).pipe(humanGate(NEVER, m.scheduler)));
        m.flush();
        expect(heard).toEqual(['gate']);
      }),
    );
  }

  it(
    'reports whether a caller who hangs up has sent a byte',
    marbles((m) => {
      const details: unknown[] = [];
      for (const typed$ of [m.cold<string>('-|'), m.cold('a|', { a: 'hello' })])
        m.cold<ConnectionAttempt>('k|', { k: connections(typed$) })
          .pipe(humanGate(NEVER, m.scheduler))
          .subscribe((attempt) => details.push(isRefused(attempt) && attempt.detail));
      m.flush();
      expect(details).toEqual(['silent', undefined]);
    }),
  );

  it(
    'refuses the callers at the gate when the board shuts down',
    marbles((m) => {
      const order$ = m.hot('---o');
      const heard = verdicts(m.cold('k-', { k: connections(NEVER) }).pipe(humanGate(order$, m.scheduler)));
      m.flush();
      expect(heard).toEqual(['draining']);
      m.expect(order$).toHaveSubscriptions('^--!');
    }),
  );

  it(
    "doesn't ask callers that an earlier rule refused",
    marbles((m) => {
      const caller = connections(NEVER);
      const refused = { verdict: 'refused', connection: caller, reason: 'blocked' } as const;
      m.expect(
        m.cold<ConnectionAttempt>('r|', { r: refused }).pipe(humanGate(NEVER, m.scheduler)),
      ).toBeObservable('r|', {
        r: refused,
      });
      m.flush();
      expect(caller.screen).toBe('');
    }),
  );

  it(
    'passes on an error, and an empty source',
    marbles((m) => {
      m.expect(m.cold<ConnectionAttempt>('--#').pipe(humanGate(NEVER, m.scheduler))).toBeObservable('--#');
      m.expect(m.cold<ConnectionAttempt>('--|').pipe(humanGate(NEVER, m.scheduler))).toBeObservable('--|');
      m.expect(m.cold<ConnectionAttempt>('---').pipe(humanGate(NEVER, m.scheduler)), '--!').toBeObservable(
        '---',
      );
    }),
  );

  it(
    'hangs up on callers at the gate when unsubscribed, and not on admitted ones',
    marbles((m) => {
      const [inside, standing] = [connections(m.cold('(e|)', { e: '\x1b\x1b' })), connections(NEVER)];
      const subscription = m
        .cold('(ab)', { a: inside, b: standing })
        .pipe(humanGate(NEVER, m.scheduler))
        .subscribe();
      m.scheduler.schedule(() => subscription.unsubscribe(), 5);
      m.flush();
      expect(inside.calls).toEqual([]);
      expect(standing.calls).toEqual(['destroy']);
    }),
  );

  it(
    `has room for ${GATE_PLACES} callers, and for one more when one is gone`,
    marbles((m) => {
      const attempts = new Subject<ConnectionAttempt>();
      const leaving = new Subject<string>();
      const heard = verdicts(attempts.pipe(humanGate(NEVER, m.scheduler)));
      attempts.next(connections(leaving));
      for (let caller = 1; caller < GATE_PLACES; caller += 1) attempts.next(connections(NEVER));
      expect(heard).toEqual([]);
      attempts.next(connections(NEVER));
      expect(heard).toEqual(['full']);
      leaving.complete();
      expect(heard).toEqual(['full', 'gate']);
      attempts.next(connections(NEVER));
      expect(heard).toEqual(['full', 'gate']);
      attempts.next(connections(NEVER));
      expect(heard).toEqual(['full', 'gate', 'full']);
    }),
  );

  it(
    'keeps what follows the second ESC in the packet as type-ahead, and nothing before it',
    marbles((m) => {
      const caller = connections(m.cold('-e-|', { e: 'eve\x1b\x1bann\r\n' }));
      m.expect(m.cold('k|', { k: caller }).pipe(humanGate(NEVER, m.scheduler))).toBeObservable('-(k|)', {
        k: caller,
      });
      m.flush();
      const heard: string[] = [];
      caller.input$.subscribe((bytes) => heard.push(Buffer.from(bytes).toString()));
      expect(heard).toEqual(['ann\r\n']);
    }),
  );

  for (const enter of ['\r\n', '\r\0', '\r', '\n'])
    it(`drops the Enter ${JSON.stringify(enter)} that sends the ESCs, and no other`, () => {
      for (const [packet, ahead] of [
        [`\x1b\x1b${enter}`, []],
        [`\x1b\x1b${enter}ann${enter}`, [`ann${enter}`]],
        [`\x1b\x1bann${enter}`, [`ann${enter}`]],
      ] as const) {
        const typed = new Subject<string>();
        const caller = connections(typed);
        const seen = verdicts(of(caller).pipe(humanGate(NEVER, new VirtualTimeScheduler())));
        typed.next(packet);
        expect(seen).toEqual(['in']);
        const heard: string[] = [];
        caller.input$.subscribe((bytes) => heard.push(Buffer.from(bytes).toString()));
        expect(heard).toEqual([...ahead]);
      }
    });

  it(
    "doesn't take arrows or other keys that start with ESC for ESC",
    marbles((m) => {
      const typed = m.cold('-a-b-c-e', { a: '\x1b[A\x1b[B', b: '\x1bOP', c: '\x1b', e: 'x\x1b\x1b[C' });
      const caller = connections(typed);
      m.expect(m.hot('k', { k: caller }).pipe(humanGate(NEVER, m.scheduler))).toBeObservable('-------k', {
        k: caller,
      });
    }),
  );
});
