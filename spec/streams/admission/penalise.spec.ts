import { of, tap, VirtualTimeScheduler } from 'rxjs';
import { marbles } from 'rxjs-marbles/jasmine/index.js';
import { penalise } from '../../../streams/admission/penalise.js';
import { PENALTIES, type Penalties, penalties } from '../../../streams/admission/penalties.js';
import type { ServerEvent } from '../../../streams/types/events.js';
import type { RefusalReason } from '../../../streams/types/refusal-reason.js';
import type { EndReason } from '../../../streams/types/session.js';

const ADDRESS = '192.0.2.1';
const closed = (reason: EndReason, { session = 1, node = 1 } = {}): ServerEvent => ({
  type: 'sessionClosed',
  session,
  callId: `b0a2d-${session}`,
  node,
  address: ADDRESS,
  reason,
  bytesIn: 6,
  bytesOut: 0,
  durationMs: 0,
  flushed: true,
});
const loggedIn = (session = 1): ServerEvent => ({
  type: 'sessionAuthenticated',
  session,
  node: 1,
  handle: 'ann',
});
const refused = (reason: RefusalReason): ServerEvent => ({
  type: 'connectionRefused',
  address: ADDRESS,
  reason,
});

const nobody = () => false;
const always = () => true;

/** The offences for these events. */
function offences(
  events: ServerEvent[],
  { trusted = nobody as (address: string) => boolean, on = always } = {},
) {
  const seen: string[] = [];
  const table: Penalties = {
    add(address, offence, ms) {
      expect(address).toBe(ADDRESS);
      seen.push(ms === undefined || ms === PENALTIES[offence] ? offence : `${offence} ${ms}`);
      return [];
    },
    remainingMs: () => 0,
  };
  of(...events)
    .pipe(penalise(table, trusted, on))
    .subscribe();
  return seen;
}

describe('penalise', () => {
  it(
    'passes every event on, and emits the penalty after the last offence',
    marbles((m) => {
      const values: Record<string, ServerEvent> = {
        l: { type: 'serverListening', host: '::', port: 23 },
        c: closed('protocol'),
        p: {
          type: 'addressPenalised',
          address: ADDRESS,
          network: ADDRESS,
          offence: 'protocol',
          forMs: 90_000,
        },
      };
      const event$ = m.cold('           -l-c---c-|', values);
      const rule = penalise(penalties(m.scheduler), nobody, always);
      m.expect(event$.pipe(rule)).toBeObservable('-l-(cp)c-|', values);
      m.expect(event$).toHaveSubscriptions('^--------!');
    }),
  );

  for (const [reason, offence] of [
    ['hangup', 'no-login'],
    ['app-done', 'no-login'],
    ['lost', 'no-login'],
    ['idle', 'no-login'],
    ['login-timeout', 'login-timeout'],
    ['login-failed', 'login-failed'],
    ['protocol', 'protocol'],
    ['wrong-protocol', 'wrong-protocol'],
  ] as const) {
    it(`counts a session that ended with ${reason} before the login as ${offence}`, () => {
      expect(offences([closed(reason)])).toEqual([offence]);
    });
  }

  for (const reason of [
    'shutdown',
    'forced',
    'kicked',
    'app-error',
    'slow',
    'taken-over',
    'time-limit',
  ] as const) {
    it(`does not count ${reason} as an offence`, () => expect(offences([closed(reason)])).toEqual([]));
  }

  it('counts nothing after a login except protocol violations', () => {
    expect(offences([loggedIn(), closed('hangup')])).toEqual([]);
    expect(offences([loggedIn(), closed('protocol')])).toEqual(['protocol']);
  });

  it("does not count a login that couldn't be checked, and spares only that session", () => {
    const fault: ServerEvent = {
      type: 'sessionClosing',
      session: 1,
      node: 1,
      reason: 'login-failed',
      error: new Error('EMFILE'),
    };
    expect(offences([fault, closed('login-failed')])).toEqual([]);
    expect(offences([fault, closed('login-failed'), closed('login-failed')])).toEqual(['login-failed']);
  });

  it('forgets a login when its session is over', () => {
    expect(offences([loggedIn(), closed('hangup'), closed('hangup')])).toEqual(['no-login']);
    expect(offences([loggedIn(2), closed('hangup')])).toEqual(['no-login']);
  });

  const failed = (attempt: number, session = 1): ServerEvent => ({
    type: 'loginAttemptFailed',
    session,
    node: 1,
    address: ADDRESS,
    handle: 'ann',
    attempt,
  });

  it('counts each wrong password at once, so that hanging up in between gains nothing', () => {
    expect(offences([failed(1), closed('hangup')])).toEqual(['login-failed 5000', 'no-login']);
    const calls = [1, 2, 3].flatMap((session) => [failed(1, session), closed('hangup', { session })]);
    const seen: string[] = [];
    of(...calls)
      .pipe(penalise(penalties(new VirtualTimeScheduler()), nobody, always))
      .subscribe((event) => seen.push(event.type === 'addressPenalised' ? event.offence : event.type));
    expect(seen).toContain('login-failed');
  });

  it('refuses an address after a third failed login, however slowly they came', () => {
    const scheduler = new VirtualTimeScheduler();
    const events = [failed(1), failed(2), failed(3), closed('login-failed')];
    const penalised: number[] = [];
    of(...events)
      .pipe(
        tap(() => {
          scheduler.frame += 20_000;
        }),
        penalise(penalties(scheduler), nobody, always),
      )
      .subscribe((event) => event.type === 'addressPenalised' && penalised.push(event.forMs));
    expect(penalised).toEqual([PENALTIES['login-failed']]);
  });

  it("does not count a monitor's connection, unless it was held open", () => {
    const silent = { ...closed('hangup'), bytesIn: 0 } as ServerEvent;
    expect(offences([silent, { ...refused('gate'), detail: 'silent' } as ServerEvent])).toEqual([]);
    expect(offences([{ ...silent, durationMs: 10_000 } as ServerEvent])).toEqual(['no-login']);
  });

  it('emits a penalty for each network that is refused from then on', () => {
    const address = '2001:db8::1';
    const seen: unknown[] = [];
    of({ ...closed('protocol'), address } as ServerEvent)
      .pipe(penalise(penalties(new VirtualTimeScheduler()), nobody, always))
      .subscribe((event) => event.type === 'addressPenalised' && seen.push([event.network, event.forMs]));
    expect(seen).toEqual([
      ['2001:db8:0:0::/64', 90_000],
      ['2001:db8:0:0::/56', 22_500],
    ]);
  });

  it('does not count leaving the waiting room', () => {
    expect(offences([closed('hangup', { node: 0 })])).toEqual([]);
  });

  it('counts refusals as a flood if the caller is to blame', () => {
    expect(offences((['rate', 'address', 'penalty', 'gate'] as const).map(refused))).toEqual([
      'flood',
      'flood',
      'knocking',
      'no-login',
    ]);
    expect(offences([refused('wrong-protocol')])).toEqual(['wrong-protocol']);
    expect(offences((['full', 'blocked', 'draining', 'proxy', 'crawler'] as const).map(refused))).toEqual([]);
  });

  it('penalises no trusted address, and none while disabled', () => {
    expect(offences([closed('protocol')], { trusted: always })).toEqual([]);
    expect(offences([closed('protocol')], { on: nobody })).toEqual([]);
  });

  it(
    'is silent, completes and errors with its source, and unsubscribes it',
    marbles((m) => {
      const rule = penalise(penalties(new VirtualTimeScheduler()), nobody, always);
      m.expect(m.cold<ServerEvent>('--|').pipe(rule)).toBeObservable('--|');
      m.expect(m.cold<ServerEvent>('--#').pipe(rule)).toBeObservable('--#');
      const event$ = m.cold<ServerEvent>('-----');
      m.expect(event$.pipe(rule), '---!').toBeObservable('----');
      m.expect(event$).toHaveSubscriptions('^--!');
    }),
  );
});
